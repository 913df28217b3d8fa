/** A gate between two engines: lets through so many bytes towards the listener, then holds, and can be cut. */

import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

import type { Endpoint } from '../../../shared/model/peer.ts';

export interface Gate {
  /** What to dial in place of the listener. */
  readonly at: Endpoint;
  /** How many bytes pass towards the listener, over all connections. */
  allow(bytes: number): void;
  /** Breaks the connections that are open; new ones are taken. */
  cut(): void;
  /** Where new connections lead. */
  leadTo(target: Endpoint): void;
  readonly connections: number;
  /** Resolves when the gate holds bytes back. */
  whenHolding(): Promise<void>;
}

export async function openGate(target: Endpoint): Promise<Gate> {
  let to = target;
  let left = Infinity;
  let connections = 0;
  const sockets = new Set<Socket>();
  const held = new Map<Socket, { readonly onward: Socket; bytes: Buffer[] }>();
  let waiting: (() => void)[] = [];

  const pass = (from: Socket, onward: Socket, bytes: Buffer): void => {
    const part = bytes.subarray(0, Math.min(bytes.length, left));
    left -= part.length;
    if (part.length > 0) onward.write(part);
    if (part.length === bytes.length) return;
    from.pause();
    const entry = held.get(from) ?? { onward, bytes: [] };
    entry.bytes.push(bytes.subarray(part.length));
    held.set(from, entry);
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const server = createServer((from) => {
    connections += 1;
    const onward = connect(to.port, to.host);
    for (const [socket, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      // After a clean end what is still on its way passes; a loss is told as one, at once.
      socket.on('close', (hadError) => {
        sockets.delete(socket);
        if (!hadError) return;
        held.delete(socket);
        other.destroy();
      });
    }
    from.on('data', (bytes) => pass(from, onward, bytes));
    from.on('end', () => onward.end());
    onward.pipe(from);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    at: { host: '127.0.0.1', port: (server.address() as { port: number }).port },
    allow: (bytes) => {
      left = bytes;
      const again = [...held];
      held.clear();
      for (const [from, { onward, bytes: rest }] of again) {
        from.resume();
        for (const part of rest) pass(from, onward, part);
      }
    },
    cut,
    leadTo: (next) => {
      to = next;
    },
    get connections() {
      return connections;
    },
    whenHolding: () => (held.size > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
