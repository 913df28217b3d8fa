import { describe, expect, it } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { refusing, serverWith, sessionPair, withRawPeer } from '../testing/session-pair.ts';
import { Questions } from './questions.ts';
import type { QuestionFrame } from './questions.ts';

const content = new Uint8Array(chunkBytes);

interface Rig {
  readonly questions: Questions<string>;
  readonly answered: { readonly type: string; readonly id: number; written(): void }[];
  /** How many the server was asked. */
  asked(): number;
  ask(id: number): void;
}

/** Questions whose answers are as large as they may be, over a road that takes them when the test says so. */
function rig(): Rig {
  let asked = 0;
  const answered: { readonly type: string; readonly id: number; written(): void }[] = [];
  const read = (): Payload<'CONTENT'> => {
    asked += 1;
    return { size: chunkBytes, offset: 0, content };
  };
  const questions = new Questions<string>(
    'peer',
    { ...refusing<string>(), read },
    {
      nextId: () => 1,
      send: () => {},
      write: (type, id, _, written) => answered.push({ type, id, written }),
    },
  );
  const ask = (id: number): void =>
    questions.asked({
      type: 'READ',
      header: { id },
      payload: { path: 'a', offset: 0, length: chunkBytes },
    } as QuestionFrame);
  return { questions, answered, asked: () => asked, ask };
}

describe('a peer that asks', () => {
  it('and does not read is answered as far as a few of the largest answers, and no further', () => {
    const { ask, answered, asked } = rig();
    for (let id = 1; id <= 64; id += 1) ask(id);
    expect(asked()).toBe(4);
    expect(answered).toHaveLength(4);
  });

  it('gets the next answer when one has left, in the order of its questions', () => {
    const { ask, answered, asked } = rig();
    for (let id = 1; id <= 10; id += 1) ask(id);
    for (let at = 0; at < 10; at += 1) answered[at]?.written();
    expect(asked()).toBe(10);
    expect(answered.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('and goes costs nothing more', () => {
    const { ask, answered, asked, questions } = rig();
    for (let id = 1; id <= 10; id += 1) ask(id);
    questions.lost(new HexdropError('connection-lost'));
    for (const { written } of answered) written();
    expect(asked()).toBe(4);
  });

  it('is told what failed, and the session goes on', async () => {
    const { dialer } = await sessionPair({
      listener: {
        server: serverWith({
          read: () => {
            throw new HexdropError('is-a-folder', 'That is a folder.');
          },
          text: () => ({}),
        }),
      },
    });
    await expect(dialer.session.ask('READ', { path: 'a', offset: 0, length: 1 })).rejects.toMatchObject({
      code: 'is-a-folder',
      message: 'That is a folder.',
    });
    expect(await dialer.session.ask('TEXT', { text: 'hello' })).toEqual({});
  });

  it('gets an error when the answer cannot be written, and the session goes on', async () => {
    const { dialer } = await sessionPair({
      listener: {
        server: serverWith({
          read: () => ({ size: 1, offset: 0, content: new Uint8Array(chunkBytes + 1) }),
          text: () => ({}),
        }),
      },
    });
    await expect(dialer.session.ask('READ', { path: 'a', offset: 0, length: 1 })).rejects.toMatchObject({
      code: 'frame-too-large',
    });
    expect(await dialer.session.ask('TEXT', { text: 'hello' })).toEqual({});
  });
});

describe('the bytes of a range', () => {
  it('are those that came, also when the buffer they came in is used again', async () => {
    const { ours, peer } = await withRawPeer('dialer', { directRead: true });
    const both = Promise.all([
      ours.session.ask('READ', { path: 'a', offset: 0, length: 3 }),
      ours.session.ask('READ', { path: 'a', offset: 3, length: 3 }),
    ]);
    await peer.next('READ');
    peer.send('CONTENT', 1, { size: 6, offset: 0, content: Uint8Array.of(1, 2, 3) });
    peer.send('CONTENT', 3, { size: 6, offset: 3, content: Uint8Array.of(4, 5, 6) });
    expect((await both).map((answer) => [...answer.content])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
});
