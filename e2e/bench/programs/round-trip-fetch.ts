// node round-trip-fetch.mjs PORT FOLDER CERTIFICATE: fetches every file of round-trip-serve, one after the other.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { connect } from 'node:tls';

const [port = '', folder = '', certificatePath = ''] = argv.slice(2);

const socket = connect({ port: Number(port), host: '127.0.0.1', ca: readFileSync(certificatePath) });
socket.setNoDelay(true);
await once(socket, 'secureConnect');

let received: Buffer = Buffer.alloc(0);
let awaited: ((content: Buffer) => void) | undefined;
socket.on('data', (piece: Buffer) => {
  received = received.length === 0 ? piece : Buffer.concat([received, piece]);
  if (received.length >= 4 && received.length === 4 + received.readUInt32BE(0)) {
    awaited?.(received.subarray(4));
    received = Buffer.alloc(0);
  }
});
socket.on('end', () => {
  throw new Error('the server ended the connection');
});

function fetchFile(path: string): Promise<Buffer> {
  return new Promise((resolve) => {
    awaited = resolve;
    socket.write(`${path}\n`);
  });
}

const paths = JSON.parse((await fetchFile('')).toString()) as string[];
const made = new Set<string>();
for (const path of paths) {
  const content = await fetchFile(path);
  const parent = dirname(path);
  if (!made.has(parent)) {
    await mkdir(join(folder, parent), { recursive: true });
    made.add(parent);
  }
  await writeFile(join(folder, path), content);
}
socket.destroy();
