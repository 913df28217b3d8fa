import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { MessageLink } from '../../shared/ipc/link.ts';
import type { StreamedPart } from '../engine/api.ts';
import { Uploads } from './uploads.ts';
import { WindowConnections } from './window-connections.ts';

const window = () => {
  const events: { readonly name: string; readonly data: Record<string, unknown> }[] = [];
  const link: MessageLink = {
    queuedBytes: 0,
    send: ({ json }) => events.push(json as (typeof events)[number]),
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  };
  return { connections: new WindowConnections(link), events };
};

const part = (file: number, bytes: number, offset = 0) => {
  const pushed: number[] = [];
  const failures: string[] = [];
  const made: StreamedPart = {
    file,
    offset,
    bytes,
    push: (some) => {
      pushed.push(some.length);
      return true;
    },
    fail: (message) => failures.push(message),
  };
  return { part: made, pushed, failures };
};

const file = (path: string, size = 10) => ({ path, kind: 'file', size, mtimeMs: 1 }) as const;

const desk = () => {
  const dropped = vi.fn<() => void>();
  const uploads = new Uploads(dropped);
  const page = window();
  const upload = uploads.begin(page.connections);
  uploads.addEntries(upload, [file('a.txt'), file('tree/b.txt', 20), file('tree/sub/c.txt', 30)]);
  const [a = { ref: '' }, tree = { ref: '' }] = uploads.complete(upload);
  return { uploads, page, upload, a: a.ref, tree: tree.ref, dropped };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a tree of a page', () => {
  it('asks the page by the numbers that the page gave, also when only a part is sent', async () => {
    const { uploads, page, upload, tree } = desk();
    const streamed = uploads.treeOf([tree], () => {});
    expect(streamed.entries.map(({ path }) => path)).toEqual(['tree/b.txt', 'tree/sub/c.txt']);
    streamed.want(part(1, 30).part);
    streamed.want(part(0, 20).part);
    await Promise.resolve();
    const parts = [
      { request: 1, file: 2, offset: 0, bytes: 30 },
      { request: 2, file: 1, offset: 0, bytes: 20 },
    ];
    // What is asked for in one go is told in one message.
    expect(page.events).toEqual([{ kind: 'event', name: 'upload-wanted', data: { upload, parts } }]);
  });

  it('takes pieces in order, up to what was asked for, and nothing else', () => {
    const { uploads, upload, tree } = desk();
    const { part: wanted, pushed } = part(1, 30);
    uploads.treeOf([tree], () => {}).want(wanted);
    expect(uploads.push(upload, 1, { file: 2, offset: 0 }, new Uint8Array(10))).toBe(true);
    const refused = (at: { file: number; offset: number }, bytes: number): void =>
      expect(() => uploads.push(upload, 1, at, new Uint8Array(bytes))).toThrow(
        expect.objectContaining({ code: 'bad-arguments' }),
      );
    refused({ file: 2, offset: 0 }, 10);
    refused({ file: 1, offset: 10 }, 10);
    refused({ file: 2, offset: 10 }, 21);
    expect(uploads.push(upload, 1, { file: 2, offset: 10 }, new Uint8Array(20))).toBe(false);
    expect(uploads.push(upload, 1, { file: 2, offset: 30 }, new Uint8Array(1))).toBe(false);
    expect(pushed).toEqual([10, 20]);
  });

  it('takes several parts whole, passes over those that are of no more use, and refuses what is not whole', () => {
    const { uploads, upload, tree } = desk();
    const streamed = uploads.treeOf([tree], () => {});
    const [b, c, again] = [part(0, 20), part(1, 30), part(0, 20)];
    for (const { part: wanted } of [b, c, again]) streamed.want(wanted);
    streamed.unwanted(c.part);
    const parts = [
      { request: 1, bytes: 20 },
      { request: 2, bytes: 30 },
    ];
    const refused = (told: typeof parts, bytes: number): void =>
      expect(() => uploads.pushWhole(upload, told, new Uint8Array(bytes))).toThrow(
        expect.objectContaining({ code: 'bad-arguments' }),
      );
    refused(parts, 49);
    uploads.pushWhole(upload, parts, new Uint8Array(50));
    expect([b.pushed, c.pushed]).toEqual([[20], []]);
    refused([{ request: 3, bytes: 19 }], 19);
    uploads.push(upload, 3, { file: 1, offset: 0 }, new Uint8Array(1));
    refused([{ request: 3, bytes: 20 }], 20);
    expect(again.pushed).toEqual([1]);
  });

  it('tells the page what is of no more use, once', async () => {
    const { uploads, page, upload, a } = desk();
    const streamed = uploads.treeOf([a], () => {});
    const { part: wanted } = part(0, 10);
    streamed.want(wanted);
    await Promise.resolve();
    streamed.unwanted(wanted);
    streamed.unwanted(wanted);
    const { part: untold } = part(0, 10);
    streamed.want(untold);
    streamed.unwanted(untold);
    await Promise.resolve();
    expect(page.events.slice(1)).toEqual([
      { kind: 'event', name: 'upload-unwanted', data: { upload, request: 1 } },
    ]);
    expect(uploads.push(upload, 1, { file: 0, offset: 0 }, new Uint8Array(1))).toBe(false);
  });

  it('passes on what the page cannot read', () => {
    const { uploads, upload, a } = desk();
    const { part: wanted, failures } = part(0, 10);
    uploads.treeOf([a], () => {}).want(wanted);
    uploads.fail(upload, 1, 'It was deleted.');
    uploads.fail(upload, 1, 'It was deleted.');
    expect(failures).toEqual(['It was deleted.']);
  });

  it('waits for a page whose link broke, and ends what it needs when the page does not come back', () => {
    const { uploads, page, upload, a, dropped } = desk();
    const gone = vi.fn<() => void>();
    const { part: wanted, failures } = part(0, 10);
    uploads.treeOf([a], gone).want(wanted);
    page.connections.closed();
    vi.advanceTimersByTime(15_000);
    const back = window();
    uploads.adopt(upload, back.connections);
    expect(back.events).toMatchObject([
      { name: 'upload-wanted', data: { parts: [{ request: 1, offset: 0, bytes: 10 }] } },
    ]);
    vi.advanceTimersByTime(60_000);
    expect(gone).not.toHaveBeenCalled();
    back.connections.closed();
    vi.advanceTimersByTime(30_000);
    expect(gone).toHaveBeenCalledOnce();
    expect(failures).toHaveLength(1);
    expect(dropped).toHaveBeenCalledOnce();
    expect(uploads.has(a)).toBe(false);
    expect(() => uploads.adopt(upload, back.connections)).toThrow(
      expect.objectContaining({ code: 'ref-unknown' }),
    );
  });

  it('tells a page that came back only what is still missing', () => {
    const { uploads, page, upload, tree } = desk();
    uploads.treeOf([tree], () => {}).want(part(1, 30).part);
    uploads.push(upload, 1, { file: 2, offset: 0 }, new Uint8Array(12));
    page.connections.closed();
    const back = window();
    uploads.adopt(upload, back.connections);
    expect(back.events).toMatchObject([{ data: { parts: [{ file: 2, offset: 12, bytes: 18 }] } }]);
  });

  it('fails what is wanted after it was dropped', () => {
    const { uploads, upload, a } = desk();
    const streamed = uploads.treeOf([a], () => {});
    uploads.drop(upload);
    const { part: wanted, failures } = part(0, 10);
    streamed.want(wanted);
    expect(failures).toHaveLength(1);
  });

  it('gives roots of one name from two trees names of their own', () => {
    const { uploads, page, a, tree } = desk();
    const second = uploads.begin(page.connections);
    uploads.addEntries(second, [file('a.txt', 5), file('tree/d.txt')]);
    const roots = uploads.complete(second).map(({ ref }) => ref);
    expect(uploads.treeOf([a, tree, ...roots], () => {}).entries.map(({ path }) => path)).toEqual([
      'a.txt',
      'tree/b.txt',
      'tree/sub/c.txt',
      'a (1).txt',
      'tree (1)/d.txt',
    ]);
  });

  it('takes no path that leads elsewhere, and no more after it is complete', () => {
    const { uploads, page, upload } = desk();
    const other = uploads.begin(page.connections);
    for (const path of ['../a', '/a', 'a//b', 'a/../b', './a', 'a/']) {
      expect(() => uploads.addEntries(other, [file(path)])).toThrow(
        expect.objectContaining({ code: 'unsafe-path' }),
      );
    }
    expect(() => uploads.addEntries(upload, [file('late')])).toThrow(
      expect.objectContaining({ code: 'bad-arguments' }),
    );
  });

  it('may be ten thousand loose files', () => {
    const { uploads, page } = desk();
    const upload = uploads.begin(page.connections);
    const names = Array.from({ length: 10_000 }, (_, number) => `photo ${number}.jpg`);
    uploads.addEntries(
      upload,
      names.map((name) => file(name)),
    );
    const refs = uploads.complete(upload).map(({ ref }) => ref);
    expect(uploads.items(refs).map(({ name }) => name)).toEqual(names);
    expect(() => uploads.items([...refs, 'page-unknown'])).toThrow(
      expect.objectContaining({ code: 'ref-unknown' }),
    );
  });

  it('is one of at most a hundred', () => {
    const { uploads, page } = desk();
    for (let number = 1; number < 100; number += 1) uploads.begin(page.connections);
    expect(() => uploads.begin(page.connections)).toThrow(
      expect.objectContaining({ code: 'too-many-calls' }),
    );
  });
});
