// node round-trip-serve.mjs FOLDER KEY CERTIFICATE: answers each request, a line with a path, by the file's length
// (u32, big-endian) and content; the empty path by the list of all paths.

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { argv } from 'node:process';
import { createInterface } from 'node:readline';
import { createServer } from 'node:tls';

const [folder = '', keyPath = '', certificatePath = ''] = argv.slice(2);

async function answer(path: string): Promise<Buffer> {
  const content = path === '' ? Buffer.from(JSON.stringify(listFiles())) : await readFile(join(folder, path));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function listFiles(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const server = createServer({
  key: readFileSync(keyPath),
  cert: readFileSync(certificatePath),
  noDelay: true,
});
server.on('secureConnection', (socket) => {
  socket.on('error', () => socket.destroy());
  createInterface({ input: socket }).on('line', (path) => {
    void answer(path).then(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port);
});
