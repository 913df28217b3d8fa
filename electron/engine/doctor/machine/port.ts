/** Whether a port could be listened on, and if not, whether it is Hexdrop that does: it answers HTTP with its name. */

import { connect, createServer } from 'node:net';

export type PortState = 'free' | 'hexdrop' | 'taken' | 'not-permitted';

const answerMs = 2_000;
const mostAnswerBytes = 4_096;

/** @throws what the system says, when it is none of these */
export const portState = async (port: number): Promise<PortState> => {
  const refusal = await refusalOf(port);
  switch (refusal?.code) {
    case undefined:
      return 'free';
    case 'EADDRINUSE':
      return (await isHexdropAt(port)) ? 'hexdrop' : 'taken';
    case 'EACCES':
    case 'EPERM':
      return 'not-permitted';
    default:
      throw refusal as Error;
  }
};

const refusalOf = (port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => done(error));
    server.listen({ port, exclusive: true }, () => server.close(() => done(undefined)));
  });

const isHexdropAt = (port: number): Promise<boolean> =>
  new Promise((done) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port });
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      done(answer.includes('Hexdrop protocol'));
    };
    const timer = setTimeout(end, answerMs);
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > mostAnswerBytes) end();
    });
    socket.on('error', end);
    socket.on('end', end);
  });
