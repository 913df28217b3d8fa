import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Reply } from '../../shared/ipc/envelope.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import type { ShareCard } from '../../shared/model/share.ts';
import { fakeContext } from './testing/context.ts';
import { WindowFeed } from './window-feed.ts';

const share = (name: string, servedBytes = 0): ShareCard => ({
  name,
  path: '/s',
  writable: false,
  locked: false,
  visitors: [],
  servedFiles: 0,
  servedBytes,
});

const desk = () => {
  const { state } = fakeContext();
  const sent: Reply[] = [];
  const link = {
    queuedBytes: 0,
    send: ({ json }: { readonly json: unknown }) => sent.push(json as Reply),
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  } satisfies MessageLink & { queuedBytes: number };
  const feed = new WindowFeed(state, link, {
    kind: 'browser',
    systemDialogs: false,
    droppedPaths: false,
    reveal: true,
    startWithSystem: false,
    isRemote: false,
  });
  return { state, sent, link, feed };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the feed of a window', () => {
  it('tells a snapshot with the abilities of this window, and nothing before it is asked', () => {
    const { state, sent, feed } = desk();
    state.put('shares', 'a', share('a'));
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([]);
    feed.askForAll();
    vi.advanceTimersByTime(100);
    expect(sent).toMatchObject([
      { kind: 'snapshot', value: { shell: { reveal: true }, shares: { a: { name: 'a' } } } },
    ]);
  });

  it('tells many changes of one thing as one, at most one delta in 33 ms', () => {
    const { state, sent, feed } = desk();
    feed.askForAll();
    vi.advanceTimersByTime(0);
    for (let at = 1; at <= 330; at += 1) {
      state.put('shares', 'a', share('a', at));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(100);
    const deltas = sent.filter((reply) => reply.kind === 'delta');
    expect(deltas.length).toBeGreaterThan(5);
    expect(deltas.length).toBeLessThanOrEqual(11);
    expect(deltas.at(-1)?.changes).toEqual([{ put: 'shares', id: 'a', value: share('a', 330) }]);
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_delta, index) => index + 2));
  });

  it('says nothing about what is as it was, and drops what came and went', () => {
    const { state, sent, feed } = desk();
    feed.askForAll();
    vi.advanceTimersByTime(50);
    state.set('settings', { ...state.single('settings') });
    vi.advanceTimersByTime(50);
    expect(sent).toHaveLength(1);
    state.put('shares', 'a', share('a'));
    state.drop('shares', 'a');
    vi.advanceTimersByTime(50);
    expect(sent.at(-1)).toMatchObject({ kind: 'delta', changes: [{ drop: 'shares', id: 'a' }] });
  });

  it('holds back while the link is busy, and then tells the state of then', () => {
    const { state, sent, link, feed } = desk();
    feed.askForAll();
    vi.advanceTimersByTime(50);
    link.queuedBytes = 1_000_000;
    for (let at = 1; at <= 100; at += 1) {
      state.put('shares', 'a', share('a', at));
      vi.advanceTimersByTime(100);
    }
    feed.askForAll();
    feed.askForAll();
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
    link.queuedBytes = 0;
    vi.advanceTimersByTime(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({
      kind: 'snapshot',
      seq: 2,
      value: { shares: { a: { servedBytes: 100 } } },
    });
  });

  it('tells a whole snapshot when more changed than is worth telling one by one', () => {
    const { state, sent, link, feed } = desk();
    feed.askForAll();
    vi.advanceTimersByTime(50);
    link.queuedBytes = 1_000_000;
    for (let at = 0; at < 5_000; at += 1) {
      state.put('shares', `s${at}`, share(`s${at}`));
      state.drop('shares', `s${at}`);
    }
    link.queuedBytes = 0;
    vi.advanceTimersByTime(200);
    expect(sent.at(-1)).toMatchObject({ kind: 'snapshot', seq: 2, value: { shares: {} } });
  });

  it('is silent once it is closed', () => {
    const { state, sent, feed } = desk();
    feed.askForAll();
    vi.advanceTimersByTime(50);
    state.put('shares', 'a', share('a'));
    feed.close();
    state.put('shares', 'b', share('b'));
    vi.advanceTimersByTime(500);
    expect(sent).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
