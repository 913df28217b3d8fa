/**
 * One real connection of the loopback interface, opened and closed step by step, with the states that the system's own
 * table shows after each. Linux tells them in /proc/net/tcp; elsewhere the steps happen and no state is told.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { type ConnectionLife, type TcpState, tcpStates } from '../../../shared/model/lab.ts';
import { inPlace } from './places.ts';

const host = '127.0.0.1';
/** As the table writes 127.0.0.1: four bytes in the order of the machine's memory, which is little-endian on all that run this. */
const hostInTable = '0100007F';

type Step = ConnectionLife['steps'][number];

/** @throws HexdropError too-many-calls, cancelled (the signal, or too slow), connection-lost */
export const liveConnection = (signal: AbortSignal): Promise<ConnectionLife> => inPlace(signal, live);

async function live(ending: AbortSignal): Promise<ConnectionLife> {
  ending.throwIfAborted();
  const server = createServer({ allowHalfOpen: true });
  const sockets: Socket[] = [];
  const breakOff = (): void => sockets.forEach((socket) => socket.destroy());
  ending.addEventListener('abort', breakOff, { once: true });
  try {
    server.listen(0, host);
    await once(server, 'listening', { signal: ending });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new HexdropError('internal');
    const serverPort = address.port;
    const listen = await told('listen', 0, serverPort, { server: 'LISTEN' });

    const accepted = once(server, 'connection', { signal: ending });
    const client = connect({ host, port: serverPort, allowHalfOpen: true });
    sockets.push(client);
    await once(client, 'connect', { signal: ending });
    const [peer] = (await accepted) as [Socket];
    sockets.push(peer);
    // A break is told by what waits for the socket.
    for (const socket of sockets) socket.on('error', () => {});
    const clientPort = client.localPort ?? 0;
    const seen = (step: Step['step'], awaited: Omit<Step, 'step'>): Promise<Told> =>
      told(step, clientPort, serverPort, awaited);
    const connected = await seen('connect', { client: 'ESTABLISHED', server: 'ESTABLISHED' });

    const clientEnded = once(peer, 'end', { signal: ending });
    peer.resume();
    client.end();
    await clientEnded;
    const half = await seen('client-end', { client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' });

    const serverEnded = once(client, 'end', { signal: ending });
    client.resume();
    peer.end();
    await serverEnded;
    const closed = await seen('server-end', { client: 'TIME-WAIT' });
    const steps = [listen, connected, half, closed];
    return {
      clientPort,
      serverPort,
      isTold: steps.every(({ isTold }) => isTold),
      steps: steps.map(({ step }) => step),
    };
  } finally {
    ending.removeEventListener('abort', breakOff);
    breakOff();
    server.close();
  }
}

interface Told {
  readonly step: Step;
  readonly isTold: boolean;
}

/** Segments take a moment even here: the table is read until it shows what is awaited, or a few times. */
async function told(
  step: Step['step'],
  clientPort: number,
  serverPort: number,
  awaited: Omit<Step, 'step'>,
): Promise<Told> {
  for (let turn = 0; ; turn += 1) {
    const table = await readFile('/proc/net/tcp', 'latin1').catch(() => undefined);
    if (table === undefined) return { step: { step }, isTold: false };
    const rows = rowsOf(table);
    const client = clientPort === 0 ? undefined : stateOf(rows, clientPort, serverPort);
    const server = stateOf(rows, serverPort, clientPort);
    if ((client === awaited.client && server === awaited.server) || turn === 100) {
      return {
        step: {
          step,
          ...(client === undefined ? {} : { client }),
          ...(server === undefined ? {} : { server }),
        },
        isTold: true,
      };
    }
    await sleep(10);
  }
}

type Row = readonly [near: string, far: string, state: string];

/** The rows of the table: `sl local_address rem_address st ...`, addresses as `0100007F:PORT`, all in hexadecimal. */
const rowsOf = (table: string): readonly Row[] =>
  table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/u))
    .filter((cells) => cells.length > 3)
    .map(([, near = '', far = '', state = '']) => [near, far, state]);

const endpoint = (port: number): string =>
  `${port === 0 ? '00000000' : hostInTable}:${port.toString(16).toUpperCase().padStart(4, '0')}`;

const stateOf = (rows: readonly Row[], near: number, far: number): TcpState | undefined => {
  const row = rows.find(([one, other]) => one === endpoint(near) && other === endpoint(far));
  return row === undefined ? undefined : tcpStates[Number.parseInt(row[2], 16) - 1];
};
