/** The page of `hexdrop ui` without a browser: let in as its entrance's script does it, spoken to over its WebSocket. */

import { on, once } from 'node:events';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { Snapshot } from '../../shared/model/snapshot.ts';
import type { Program } from './program.ts';
import type { World } from './stage.ts';

export interface Page {
  readonly address: string;
  readonly cookie: string;
}

/** What the program says. */
export interface Told {
  readonly kind: string;
  readonly id?: number;
  /** Of a snapshot. */
  readonly value?: Partial<Pick<Snapshot, 'self' | 'shares' | 'offers'>>;
}

/** Where the program says that its page is. */
export const urlOf = async (program: Program): Promise<unknown> => (await program.event('listening'))['url'];

export const enter = async (url: unknown): Promise<Page> => {
  const { origin, hash } = new URL(String(url));
  const answer = await fetch(`${origin}/enter`, {
    method: 'POST',
    body: hash.slice(1),
    headers: { Origin: origin },
  });
  expect(answer.status).toBe(200);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';', 1);
  return { address: `${origin}${await answer.text()}`, cookie };
};

/** Closed with the test. */
export const openWindow = async (world: World, { address, cookie }: Page): Promise<WebSocket> => {
  const { origin } = new URL(address);
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}link`, {
    headers: { Cookie: cookie, Origin: origin },
  });
  world.keep({ close: () => socket.terminate() });
  await once(socket, 'open');
  return socket;
};

/** The first snapshot that fits, asked for again whenever something changes. */
export const snapshot = async (
  socket: WebSocket,
  fits: (told: Told) => boolean = () => true,
): Promise<Told> => {
  const ask = (): void => socket.send(JSON.stringify({ kind: 'snapshot' }));
  const messages = on(socket, 'message', { close: ['close'] }) as AsyncIterable<[Buffer]>;
  ask();
  for await (const [data] of messages) {
    const told = JSON.parse(String(data)) as Told;
    if (told.kind === 'snapshot' && fits(told)) return told;
    if (told.kind === 'delta') ask();
  }
  throw new Error('the window was closed');
};

/** Calls a command of the contract and waits for its answer. */
export const call = async (socket: WebSocket, name: string, args: object): Promise<void> => {
  const id = 1;
  const messages = on(socket, 'message', { close: ['close'] }) as AsyncIterable<[Buffer]>;
  socket.send(JSON.stringify({ kind: 'call', id, name, args }));
  for await (const [data] of messages) {
    const told = JSON.parse(String(data)) as Told;
    if (told.id !== id) continue;
    expect(told).toMatchObject({ kind: 'result' });
    return;
  }
};

/** Whether a snapshot has a share of this path. */
export const shares =
  (path: string) =>
  ({ value }: Told): boolean =>
    Object.values(value?.shares ?? {}).some((share) => share.path === path);
