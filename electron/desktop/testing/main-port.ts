/** For tests: a port of Node's in the mode of Electron's, whose messages come as events. */

import type { MessagePort } from 'node:worker_threads';

import type { MainPort } from '../link.ts';

export const mainPort = (port: MessagePort): MainPort => ({
  on: (event: 'message' | 'close', listener: (event: never) => void) => {
    if (event === 'close') return port.on('close', () => listener(undefined as never));
    // Node's port starts by itself as soon as somebody listens.
    queued.set(port, (data) => listener({ data } as never));
    return port;
  },
  postMessage: (message) => port.postMessage(message),
  start: () => {
    const listener = queued.get(port);
    if (listener !== undefined) port.on('message', listener);
  },
  close: () => port.close(),
});

const queued = new WeakMap<MessagePort, (data: unknown) => void>();
