import { describe, expect, it } from 'vitest';

import type { LinkMessage, MessageLink } from '../../shared/ipc/link.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { Dispatch, WithBytes } from './dispatch.ts';
import type { CallFrame, Handlers } from './dispatch.ts';
import { WindowConnections } from './window-connections.ts';

const desk = (handlers: Partial<Handlers>) => {
  const sent: LinkMessage[] = [];
  const link: MessageLink = {
    queuedBytes: 0,
    send: (message) => sent.push(message),
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  };
  const window = new WindowConnections(link);
  const dispatch = new Dispatch({ link, window, handlers, askForAll: () => sent.push({ json: 'asked' }) });
  const call = async (id: number, name: string, args: unknown, bytes?: Uint8Array): Promise<unknown> => {
    const json = { kind: 'call', id, name, args };
    dispatch.take(bytes === undefined ? { json } : { json, bytes });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return sent.at(-1)?.json;
  };
  return { sent, dispatch, call };
};

describe('the dispatch of a window', () => {
  it('tells typed errors as they are, and others as faults of ours', async () => {
    const { call } = desk({
      'devices.refresh': () => {
        throw new HexdropError('pin-throttled', 'Wait.', {
          retryAfterMs: 5,
          seen: 'x',
          cause: new Error('/secret/path'),
        });
      },
      'program.openDownloads': () => Promise.reject(new Error('oops')),
    });
    expect(await call(1, 'devices.refresh', {})).toEqual({
      kind: 'failed',
      id: 1,
      error: { code: 'pin-throttled', message: 'Wait.', seen: 'x', retryAfterMs: 5 },
    });
    expect(await call(2, 'program.openDownloads', {})).toMatchObject({
      error: { code: 'internal', message: 'oops' },
    });
    expect(await call(3, 'files.places', {})).toMatchObject({ error: { code: 'not-supported' } });
  });

  it('puts bytes beside the result, and hands over those beside the arguments', async () => {
    const { call, sent } = desk({
      'remote.read': () => new WithBytes({ size: 9 }, new Uint8Array([7])),
      'uploads.push': (_args, { bytes }) => ({ more: bytes.length === 3 }),
    });
    await call(1, 'remote.read', { at: { device: 'x' }, path: 'a', offset: 0, length: 1 });
    expect(sent.at(-1)).toEqual({
      json: { kind: 'result', id: 1, value: { size: 9 } },
      bytes: new Uint8Array([7]),
    });
    const push = { upload: 'u', request: 0, file: 0, offset: 0 };
    expect(await call(2, 'uploads.push', push, new Uint8Array(3))).toMatchObject({ value: { more: true } });
    expect(await call(3, 'uploads.push', push, new Uint8Array(9_000_000))).toMatchObject({
      error: { code: 'bad-arguments' },
    });
  });

  it('aborts what was abandoned, says nothing of it any more, and aborts all when the window goes', async () => {
    const frames: CallFrame[] = [];
    const { call, sent, dispatch } = desk({
      'files.measure': (_args, frame) => {
        frames.push(frame);
        return new Promise((resolve) => {
          frame.signal.addEventListener('abort', () => resolve({ items: [] }));
        });
      },
    });
    await call(1, 'files.measure', { refs: ['r'] });
    await call(2, 'files.measure', { refs: ['r'] });
    dispatch.take({ json: { kind: 'abandon', id: 1 } });
    expect(frames.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    dispatch.close();
    expect(frames.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await call(3, 'files.places', {});
    expect(sent).toHaveLength(1);
  });

  it('refuses a number that is still open, and takes it again afterwards', async () => {
    let answer: () => void = () => {};
    const { call, sent } = desk({
      'files.places': () =>
        new Promise((resolve) => {
          answer = () => resolve({ places: [] });
        }),
    });
    await call(1, 'files.places', {});
    expect(await call(1, 'files.places', {})).toMatchObject({
      kind: 'failed',
      error: { code: 'bad-arguments' },
    });
    answer();
    await expect.poll(() => sent.length).toBe(2);
    expect(sent[1]?.json).toMatchObject({ kind: 'result', id: 1 });
    await call(1, 'files.places', {});
    answer();
    await expect.poll(() => sent.length).toBe(3);
  });
});
