import { describe, expect, it } from 'vitest';

import { type Client, createClient } from '../../shared/ipc/client.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { type Answers, type FakeHost, failure, fakeHost } from '../testing/fake-host.ts';
import { snapshot, transfers } from '../testing/fixture.ts';
import { PageUploads } from './page-uploads.ts';
import { walkEntries, walkFiles } from './walk.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const file = (name: string, content: string | Uint8Array<ArrayBuffer>): File => new File([content], name);

interface Setting {
  readonly host: FakeHost;
  readonly client: Client;
  readonly uploads: PageUploads;
  /** Resolves when the host was called so often by this name. */
  called(
    name: string,
    times: number,
  ): Promise<readonly { readonly args: unknown; readonly bytes?: Uint8Array }[]>;
}

const set = async (
  answers: Answers = {},
  road: (link: MessageLink) => MessageLink = (link) => link,
): Promise<Setting> => {
  const heard: (() => void)[] = [];
  const told: Answers = {
    'uploads.begin': () => ({ upload: 'u1' }),
    'uploads.complete': () => ({
      items: [{ ref: 'r1', name: 'a', kind: 'file', files: 1, bytes: 3, complete: true }],
    }),
    'uploads.push': () => ({ more: true }),
    ...answers,
  };
  const host = fakeHost(
    snapshot,
    new Proxy(told, {
      get: (target, name, self) => {
        queueMicrotask(() => heard.splice(0).forEach((listener) => listener()));
        return Reflect.get(target, name, self) as unknown;
      },
    }),
  );
  const client = createClient({
    connect: async () => road(await host.connect()),
    schedule: (work) => {
      queueMicrotask(work);
      return () => undefined;
    },
  });
  await new Promise<void>((resolve) => {
    client.subscribe(() => resolve());
  });
  const called: Setting['called'] = async (name, times) => {
    for (;;) {
      const calls = host.calls.filter((call) => call.name === name);
      if (calls.length >= times) return calls;
      await new Promise<void>((resolve) => {
        heard.push(resolve);
      });
    }
  };
  return { host, client, uploads: new PageUploads(client), called };
};

describe('a tree of the page', () => {
  it('is told in batches and completed; content is pushed when it is wanted', async () => {
    const { host, uploads, called } = await set();
    const counts: number[] = [];
    const items = await uploads.tell(walkFiles([file('a', 'abc'), file('b', 'defgh')]), {
      onCount: (files) => counts.push(files),
    });
    expect(items.map(({ ref }) => ref)).toEqual(['r1']);
    expect(counts).toEqual([2]);
    host.tell('upload-wanted', { upload: 'u1', parts: [{ request: 7, file: 1, offset: 1, bytes: 3 }] });
    const [push] = await called('uploads.push', 1);
    expect(push?.args).toEqual({ upload: 'u1', request: 7, file: 1, offset: 1 });
    expect(text(push?.bytes)).toBe('efg');
  });

  it('comes in pieces, each after the answer to the one before, until no more is wanted', async () => {
    const big = new Uint8Array(4_000_000).fill(7);
    const { host, uploads, called } = await set({
      'uploads.push': ({ offset }) => ({ more: offset < 2_097_152 }),
    });
    await uploads.tell(walkFiles([file('big', big)]));
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [{ request: 1, file: 0, offset: 0, bytes: big.length }],
    });
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [{ request: 2, file: 0, offset: 3_999_999, bytes: 1 }],
    });
    const pushes = await called('uploads.push', 4);
    const ofFirst = pushes.filter(({ args }) => (args as { request: number }).request === 1);
    expect(ofFirst.map(({ args }) => (args as { offset: number }).offset)).toEqual([0, 1_048_576, 2_097_152]);
    expect(Math.max(...ofFirst.map(({ bytes }) => bytes?.length ?? 0))).toBeLessThanOrEqual(1_048_576);
  });

  it('many small files come in one message, whole', async () => {
    const { host, uploads, called } = await set();
    await uploads.tell(walkFiles([file('a', 'abc'), file('b', 'defgh'), file('c', 'ij')]));
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [
        { request: 1, file: 0, offset: 0, bytes: 3 },
        { request: 2, file: 1, offset: 2, bytes: 3 },
        { request: 3, file: 2, offset: 0, bytes: 2 },
      ],
    });
    const [push] = await called('uploads.pushWhole', 1);
    expect(push?.args).toEqual({
      upload: 'u1',
      parts: [
        { request: 1, bytes: 3 },
        { request: 2, bytes: 3 },
        { request: 3, bytes: 2 },
      ],
    });
    expect(text(push?.bytes)).toBe('abcfghij');
  });

  it('one small file that has become shorter fails alone', async () => {
    const { host, uploads, called } = await set();
    await uploads.tell(walkFiles([file('a', 'abc'), file('b', ''), file('c', 'ij')]));
    const parts = [0, 1, 2].map((number) => ({ request: number, file: number, offset: 0, bytes: 2 }));
    host.tell('upload-wanted', { upload: 'u1', parts });
    expect((await called('uploads.fail', 1))[0]?.args).toMatchObject({ request: 1, file: 1 });
    expect((await called('uploads.push', 2)).map(({ bytes }) => text(bytes))).toEqual(['ab', 'ij']);
  });

  it('a file of a drop is opened for its content only', async () => {
    const opened: string[] = [];
    const entry = (name: string): FileSystemFileEntry =>
      ({
        isFile: true,
        isDirectory: false,
        name,
        getMetadata: (found: (metadata: object) => void) => found({ size: 3, modificationTime: new Date(5) }),
        file: (done: (made: File) => void) => {
          opened.push(name);
          done(file(name, 'abc'));
        },
      }) as unknown as FileSystemFileEntry;
    const { host, uploads, called } = await set({
      'uploads.complete': () => {
        expect(opened).toEqual([]);
        return { items: [] };
      },
    });
    await uploads.tell(walkEntries([entry('a')], { unreadable: [] }));
    expect((await called('uploads.entries', 1))[0]?.args).toMatchObject({
      entries: [{ path: 'a', size: 3, mtimeMs: 5 }],
    });
    host.tell('upload-wanted', { upload: 'u1', parts: [{ request: 1, file: 0, offset: 0, bytes: 3 }] });
    expect(text((await called('uploads.push', 1))[0]?.bytes)).toBe('abc');
    expect(opened).toEqual(['a']);
  });

  it('large pieces go as blobs where the link takes them, when they can be read', async () => {
    const blobs: number[] = [];
    const { host, uploads, called } = await set({}, (link) => ({
      onMessage: (listener) => link.onMessage(listener),
      onClose: (listener) => link.onClose(listener),
      close: () => link.close(),
      queuedBytes: 0,
      takesBlobs: true,
      send: ({ json, blob, bytes }) => {
        if (blob !== undefined) blobs.push(blob.size);
        link.send(bytes === undefined ? { json } : { json, bytes });
      },
    }));
    const gone = file('gone', new Uint8Array(200_000));
    Object.defineProperty(gone, 'slice', {
      value: () => ({
        size: 200_000,
        slice: () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) }),
      }),
    });
    await uploads.tell(walkFiles([file('big', new Uint8Array(1_048_576)), gone]));
    for (const [number, bytes] of [1_048_576, 200_000].entries())
      host.tell('upload-wanted', {
        upload: 'u1',
        parts: [{ request: number, file: number, offset: 0, bytes }],
      });
    expect((await called('uploads.fail', 1))[0]?.args).toMatchObject({
      request: 1,
      message: 'NotReadableError',
    });
    await called('uploads.push', 1);
    expect(blobs).toEqual([1_048_576]);
    // It may be why the link broke.
    host.breakLink();
    await called('uploads.continue', 1);
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [{ request: 2, file: 0, offset: 0, bytes: 1_048_576 }],
    });
    expect((await called('uploads.push', 2))[1]?.bytes).toHaveLength(1_048_576);
    expect(blobs).toEqual([1_048_576]);
  });

  it('a few messages are under way at a time', async () => {
    let open = 0;
    let most = 0;
    const { host, uploads, called } = await set({
      'uploads.pushWhole': async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 0));
        open -= 1;
        return {};
      },
    });
    const names = Array.from({ length: 2_000 }, (_, index) => `${index}`.padStart(4, '0'));
    await uploads.tell(walkFiles(names.map((name) => file(name, name))));
    const parts = names.map((_, index) => ({ request: index, file: index, offset: 0, bytes: 4 }));
    host.tell('upload-wanted', { upload: 'u1', parts });
    const pushes = await called('uploads.pushWhole', Math.ceil(names.length / 128));
    const came = pushes.flatMap(({ bytes }) => text(bytes).match(/.{4}/gu) ?? []);
    expect(came.toSorted()).toEqual(names);
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(1);
  });

  it('what is unwanted before its turn is not read', async () => {
    let release: (() => void) | undefined;
    const { host, uploads, called } = await set({
      'uploads.push': ({ request }) =>
        request < 8
          ? new Promise((resolve) => {
              release = () => resolve({ more: false });
            })
          : { more: false },
    });
    await uploads.tell(walkFiles([file('a', 'abc')]));
    for (let request = 0; request < 10; request += 1)
      host.tell('upload-wanted', { upload: 'u1', parts: [{ request, file: 0, offset: 0, bytes: 3 }] });
    host.tell('upload-unwanted', { upload: 'u1', request: 8 });
    await called('uploads.push', 8);
    release?.();
    const pushes = await called('uploads.push', 9);
    expect(pushes.map(({ args }) => (args as { request: number }).request).toSorted((a, b) => a - b)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 9],
    );
  });

  it('a file that cannot be read fails its request, in words', async () => {
    const broken = file('a', 'abc');
    Object.defineProperty(broken, 'slice', {
      value: () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) }),
    });
    const { host, uploads, called } = await set();
    await uploads.tell(walkFiles([broken]));
    host.tell('upload-wanted', { upload: 'u1', parts: [{ request: 3, file: 0, offset: 0, bytes: 3 }] });
    const [fail] = await called('uploads.fail', 1);
    expect(fail?.args).toEqual({ upload: 'u1', request: 3, file: 0, message: 'NotReadableError' });
  });

  it('is dropped when telling it is broken off, or fails', async () => {
    const { uploads, called } = await set({
      'uploads.entries': () => {
        throw failure('unsafe-path');
      },
    });
    await expect(uploads.tell(walkFiles([file('a', 'abc')]))).rejects.toMatchObject({ code: 'unsafe-path' });
    expect((await called('uploads.drop', 1))[0]?.args).toEqual({ upload: 'u1' });
  });

  it('is dropped when the person takes back all of it, but not while a transfer uses it', async () => {
    const { uploads, called, host } = await set();
    await uploads.tell(walkFiles([file('a', 'abc')]));
    uploads.used(['r1'], 't1');
    uploads.forget('r1');
    expect(host.calls.filter(({ name }) => name === 'uploads.drop')).toEqual([]);
    await uploads.tell(walkFiles([file('a', 'abc')]));
    uploads.forget('r1');
    await called('uploads.drop', 1);
  });

  it('is dropped when the page goes for good, also while a transfer uses it', async () => {
    const { uploads, called } = await set();
    await uploads.tell(walkFiles([file('a', 'abc')]));
    uploads.used(['r1'], 't1');
    uploads.leave();
    expect((await called('uploads.drop', 1))[0]?.args).toEqual({ upload: 'u1' });
  });

  it('is needed while its transfer runs, and dropped when that is done', async () => {
    const { uploads, host, called, client } = await set();
    const running = transfers[0] as TransferCard;
    await uploads.tell(walkFiles([file('a', 'abc')]));
    uploads.used(['r1'], running.id);
    expect(uploads.isNeeded).toBe(true);
    host.change({ put: 'transfers', id: running.id, value: { ...running, state: 'done', endedAtMs: 1 } });
    await called('uploads.drop', 1);
    expect(client.snapshot?.transfers[running.id]?.state).toBe('done');
    expect(uploads.isNeeded).toBe(false);
  });

  it('goes on over a new link: the engine is told that the page is still there', async () => {
    const { uploads, host, called } = await set();
    await uploads.tell(walkFiles([file('a', 'abc')]));
    host.breakLink();
    expect((await called('uploads.continue', 1))[0]?.args).toEqual({ upload: 'u1' });
    host.tell('upload-wanted', { upload: 'u1', parts: [{ request: 9, file: 0, offset: 0, bytes: 3 }] });
    expect(text((await called('uploads.push', 1))[0]?.bytes)).toBe('abc');
  });
});
