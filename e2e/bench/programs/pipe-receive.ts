// node pipe-receive.mjs FILE: writes what each connection brings to FILE, and ends the connection when it is written.

import { createWriteStream } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { argv } from 'node:process';
import { pipeline } from 'node:stream/promises';

const highWaterMark = 2 ** 20;
const [path = ''] = argv.slice(2);

const server = createServer({ allowHalfOpen: true, highWaterMark }, (socket) => {
  void pipeline(socket, createWriteStream(path, { highWaterMark }), { end: true }).then(
    () => socket.end(),
    () => socket.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port);
});
