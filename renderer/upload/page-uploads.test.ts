import { describe, expect, it } from 'vitest';

import { type Client, createClient } from '../../shared/ipc/client.ts';
import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { type Answers, type FakeHost, failure, fakeHost } from '../testing/fake-host.ts';
import { snapshot, transfers } from '../testing/fixture.ts';
import { PageUploads } from './page-uploads.ts';
import { walkFiles } from './walk.ts';

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

const set = async (answers: Answers = {}): Promise<Setting> => {
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
    connect: () => host.connect(),
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
    const big = new Uint8Array(2_000_000).fill(7);
    const { host, uploads, called } = await set({
      'uploads.push': ({ offset }) => ({ more: offset < 1_048_576 }),
    });
    await uploads.tell(walkFiles([file('big', big)]));
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [{ request: 1, file: 0, offset: 0, bytes: big.length }],
    });
    host.tell('upload-wanted', {
      upload: 'u1',
      parts: [{ request: 2, file: 0, offset: 1_999_999, bytes: 1 }],
    });
    const pushes = await called('uploads.push', 4);
    const ofFirst = pushes.filter(({ args }) => (args as { request: number }).request === 1);
    expect(ofFirst.map(({ args }) => (args as { offset: number }).offset)).toEqual([0, 524_288, 1_048_576]);
    expect(Math.max(...ofFirst.map(({ bytes }) => bytes?.length ?? 0))).toBeLessThanOrEqual(1_048_576);
  });

  it('many small files are read a few at a time', async () => {
    let open = 0;
    let most = 0;
    const { host, uploads, called } = await set({
      'uploads.push': async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 0));
        open -= 1;
        return { more: false };
      },
    });
    await uploads.tell(walkFiles(Array.from({ length: 100 }, (_, index) => file(`${index}`, `${index}`))));
    for (let index = 0; index < 100; index += 1)
      host.tell('upload-wanted', {
        upload: 'u1',
        parts: [{ request: index, file: index, offset: 0, bytes: 2 }],
      });
    const pushes = await called('uploads.push', 100);
    expect(pushes.map(({ bytes }) => text(bytes)).toSorted()).toEqual(
      Array.from({ length: 100 }, (_, index) => `${index}`).toSorted(),
    );
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
