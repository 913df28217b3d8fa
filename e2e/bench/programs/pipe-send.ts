// node pipe-send.mjs FILE PORT: sends FILE and ends when the other side has.

import { createReadStream } from 'node:fs';
import { connect } from 'node:net';
import { argv } from 'node:process';

const highWaterMark = 2 ** 20;
const [path = '', port = ''] = argv.slice(2);

const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
createReadStream(path, { highWaterMark }).pipe(socket);
socket.resume();
