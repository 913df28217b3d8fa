// dumpcap beside a transfer: what really crosses the wire, packet by packet.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Machine } from '../support/network.ts';

export interface Sniffer {
  /** Ends it when all that passed so far is written; the file. Rejects when packets were lost. */
  stop(): Promise<Buffer>;
}

/** Where nobody listens: a packet to this port says that everything before it was captured. */
const lastPort = 51_966;
const farAddress = '10.77.0.2';

/** A packet from anywhere to that port: the address, two bytes of the port it came from, and the port. */
const isThere = (file: Buffer): boolean => {
  const address = Buffer.from(farAddress.split('.').map(Number));
  for (let at = file.indexOf(address); at !== -1; at = file.indexOf(address, at + 1)) {
    if (at + 8 <= file.length && file.readUInt16BE(at + 6) === lastPort) return true;
  }
  return false;
};

const knock = `require('node:net').connect(${lastPort}, '${farAddress}').on('error', () => {})`;

/** Resolves when it captures the interface of the first machine of a network (10.77.0.1, the other one is 10.77.0.2). */
export async function sniff(
  dumpcap: string,
  machine: Pick<Machine, 'interfaceName' | 'wrap'>,
  folder: string,
): Promise<Sniffer> {
  const path = join(folder, 'wire.pcapng');
  const command = machine.wrap([dumpcap, '-i', machine.interfaceName, '-B', '64', '-f', 'tcp', '-w', path]);
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`dumpcap ended: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('File:')) resolve();
    });
  });
  return {
    stop: async () => {
      const [node = '', ...knocking] = machine.wrap([process.execPath, '-e', knock]);
      spawnSync(node, knocking);
      for (let waits = 0; !isThere(readFileSync(path)); waits += 1) {
        if (waits > 600) throw new Error(`dumpcap does not get there: ${said}`);
        await delay(20);
      }
      child.kill('SIGINT');
      await over;
      if (!/received\/dropped on interface .*: \d+\/0 /u.test(said)) throw new Error(`dumpcap: ${said}`);
      return readFileSync(path);
    },
  };
}
