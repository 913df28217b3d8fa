import { describe, expect, it } from 'vitest';

import { defaultSettings } from '../model/settings.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import type { Reply, Request } from './envelope.ts';
import type { MessageLink } from './link.ts';
import { memoryLinkPair } from '../testing/memory-link.ts';

const snapshot: Snapshot = {
  self: {
    deviceId: 'a'.repeat(64),
    words: ['one', 'two'],
    alias: 'here',
    hue: 1,
    kind: 'desktop',
    platform: 'linux',
    version: '1.0.0',
    isAnnounced: false,
    addresses: [],
  },
  settings: {
    ...defaultSettings,
    alias: 'here',
    hue: 1,
    downloadDir: '/d',
  },
  shell: {
    kind: 'browser',
    systemDialogs: false,
    droppedPaths: false,
    reveal: false,
    startWithSystem: false,
    isRemote: false,
  },
  devices: {},
  offers: {},
  transfers: {},
  shares: {},
  texts: {},
};

const share = (name: string) => ({
  name,
  path: '/s',
  writable: false,
  locked: false,
  visitors: [],
  servedFiles: 0,
  servedBytes: 0,
});

/** The engine's side of one link, by hand. */
class Engine {
  readonly link: MessageLink;
  readonly heard: Request[] = [];
  #looker: (() => void) | undefined;

  constructor(link: MessageLink) {
    this.link = link;
    link.onMessage(({ json }) => {
      this.heard.push(json as Request);
      this.#looker?.();
    });
  }

  say(reply: Reply, bytes?: Uint8Array): void {
    this.link.send(bytes === undefined ? { json: reply } : { json: reply, bytes });
  }

  /** Resolves when it has heard so many requests of a kind; with the last of them. */
  heardOf<Kind extends Request['kind']>(kind: Kind, count = 1): Promise<Extract<Request, { kind: Kind }>> {
    return new Promise((resolve) => {
      this.#looker = () => {
        const found = this.heard.filter((one): one is Extract<Request, { kind: Kind }> => one.kind === kind);
        const last = found[count - 1];
        if (last !== undefined) resolve(last);
      };
      this.#looker();
    });
  }
}

interface Desk {
  readonly client: Client;
  readonly states: string[];
  /** Runs what waits for its time. */
  passTime(): number;
  /** The engine's side of the link that was made as the n-th. */
  engine(number?: number): Promise<Engine>;
}

const desk = (): Desk => {
  const engines: Engine[] = [];
  const lookers = new Set<() => void>();
  const waiting: { readonly work: () => void; readonly delayMs: number }[] = [];
  const made: Desk = {
    states: [],
    client: createClient({
      connect: () => {
        const [window, engine] = memoryLinkPair();
        engines.push(new Engine(engine));
        for (const look of lookers) look();
        return Promise.resolve(window);
      },
      schedule: (work, delayMs) => {
        const entry = { work, delayMs };
        waiting.push(entry);
        return () => {
          waiting.splice(waiting.indexOf(entry), 1);
        };
      },
    }),
    passTime: () => {
      const [next] = waiting.splice(0, 1);
      next?.work();
      return next?.delayMs ?? 0;
    },
    engine: (number = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const engine = engines[number - 1];
          if (engine === undefined) return;
          lookers.delete(look);
          resolve(engine);
        };
        lookers.add(look);
        look();
      }),
  };
  made.client.onState((state) => made.states.push(state));
  return made;
};

const shown = (client: Client, fits: (snapshot: Snapshot) => boolean): Promise<Snapshot> =>
  new Promise((resolve) => {
    const look = (value: Snapshot | undefined): void => {
      if (value !== undefined && fits(value)) resolve(value);
    };
    client.subscribe(look);
    look(client.snapshot);
  });

const became = (client: Client, state: string): Promise<void> =>
  new Promise((resolve) => {
    client.onState((now) => {
      if (now === state) resolve();
    });
    if (client.state === state) resolve();
  });

const open = async (): Promise<Desk & { readonly first: Engine }> => {
  const made = desk();
  const first = await made.engine();
  await first.heardOf('snapshot');
  first.say({ kind: 'snapshot', seq: 5, value: snapshot });
  await became(made.client, 'open');
  return { ...made, first };
};

describe('the client', () => {
  it('applies deltas in order and leaves untouched lists as they are', async () => {
    const { client, first } = await open();
    const before = client.snapshot;
    first.say({ kind: 'delta', seq: 6, changes: [{ put: 'shares', id: 'a', value: share('a') }] });
    first.say({
      kind: 'delta',
      seq: 7,
      changes: [
        { put: 'shares', id: 'b', value: share('b') },
        { drop: 'shares', id: 'a' },
      ],
    });
    const after = await shown(client, ({ shares }) => 'b' in shares);
    expect(Object.keys(after.shares)).toEqual(['b']);
    expect(after.transfers).toBe(before?.transfers);
    expect(after.self).toBe(before?.self);
  });

  it('asks once for a new snapshot after a gap, and passes over what comes before it', async () => {
    const { client, first } = await open();
    first.say({ kind: 'delta', seq: 7, changes: [{ put: 'shares', id: 'a', value: share('a') }] });
    await first.heardOf('snapshot', 2);
    first.say({ kind: 'delta', seq: 8, changes: [{ put: 'shares', id: 'b', value: share('b') }] });
    first.say({ kind: 'snapshot', seq: 9, value: { ...snapshot, shares: { c: share('c') } } });
    first.say({ kind: 'delta', seq: 10, changes: [{ put: 'shares', id: 'd', value: share('d') }] });
    const after = await shown(client, ({ shares }) => 'd' in shares);
    expect(Object.keys(after.shares)).toEqual(['c', 'd']);
    expect(first.heard.filter(({ kind }) => kind === 'snapshot')).toHaveLength(2);
    expect(client.state).toBe('open');
  });

  it('gives each call its own answer, in any order', async () => {
    const { client, first } = await open();
    const places = client.call('files.places', {});
    const words = client.call('devices.words', { id: 'x' });
    const { id } = await first.heardOf('call', 2);
    first.say({ kind: 'result', id, value: { words: ['w'] } });
    first.say({ kind: 'result', id: id - 1, value: { places: [] } });
    expect(await places).toEqual({ places: [] });
    expect(await words).toEqual({ words: ['w'] });
  });

  it('tells the typed error of the other side', async () => {
    const { client, first } = await open();
    const call = client.call('devices.words', { id: 'x' });
    const { id } = await first.heardOf('call');
    first.say({ kind: 'failed', id, error: { code: 'pin-throttled', message: 'Wait.', retryAfterMs: 7 } });
    await expect(call).rejects.toMatchObject({ code: 'pin-throttled', message: 'Wait.', retryAfterMs: 7 });
  });

  it('fails a call whose result does not fit the contract, and only that one', async () => {
    const { client, first } = await open();
    const call = client.call('devices.words', { id: 'x' });
    const { id } = await first.heardOf('call');
    first.say({ kind: 'result', id, value: { words: 7 } });
    await expect(call).rejects.toMatchObject({
      code: 'link-mismatch',
      seen: expect.stringContaining('words'),
    });
    expect(client.state).toBe('open');
  });

  it('gives the bytes beside a result, and misses them where there are none', async () => {
    const { client, first } = await open();
    const args = { at: { device: 'x' }, path: 'a/b', offset: 0, length: 3 };
    const call = client.callForBytes('remote.read', args);
    first.say(
      { kind: 'result', id: (await first.heardOf('call')).id, value: { size: 9 } },
      new Uint8Array([1, 2]),
    );
    const { value, bytes } = await call;
    expect([value.size, ...bytes]).toEqual([9, 1, 2]);
    const other = client.callForBytes('remote.read', args);
    first.say({ kind: 'result', id: (await first.heardOf('call', 2)).id, value: { size: 9 } });
    await expect(other).rejects.toMatchObject({ code: 'link-mismatch' });
  });

  it('abandons a call and passes over its late answer', async () => {
    const { client, first } = await open();
    const abort = new AbortController();
    const call = client.call('files.places', {}, { signal: abort.signal });
    const { id } = await first.heardOf('call');
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'abandoned' });
    expect((await first.heardOf('abandon')).id).toBe(id);
    first.say({ kind: 'result', id, value: { places: [] } });
    await expect(client.call('files.places', {}, { signal: abort.signal })).rejects.toMatchObject({
      code: 'abandoned',
    });
    expect(client.state).toBe('open');
  });

  it('passes events on, and those of a newer program over', async () => {
    const { client, first } = await open();
    const heard: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      client.on('trouble', (data) => {
        heard.push(data);
        resolve();
      });
    });
    first.say({ kind: 'event', name: 'of-tomorrow', data: 7 });
    first.say({ kind: 'event', name: 'trouble', data: { code: 'disk-full', message: 'Full.' } });
    await told;
    expect(heard).toEqual([{ code: 'disk-full', message: 'Full.' }]);
  });

  it('fails what is open when the link breaks, waits longer and longer, and comes back', async () => {
    const made = await open();
    const { client, first } = made;
    const call = client.call('files.places', {});
    first.link.close();
    await expect(call).rejects.toMatchObject({ code: 'link-lost' });
    expect(client.state).toBe('lost');
    await expect(client.call('files.places', {})).rejects.toMatchObject({ code: 'link-lost' });
    expect(client.snapshot).toBeDefined();

    expect(made.passTime()).toBe(250);
    const second = await made.engine(2);
    await second.heardOf('snapshot');
    second.link.close();
    await expect.poll(() => made.passTime()).toBe(500);
    const third = await made.engine(3);
    await third.heardOf('snapshot');
    third.say({ kind: 'snapshot', seq: 1, value: { ...snapshot, shares: { z: share('z') } } });
    await shown(client, ({ shares }) => 'z' in shares);
    expect(made.states).toEqual(['open', 'lost', 'open']);
  });

  it('is lost, and says why, when the snapshot is of another version', async () => {
    const made = desk();
    const first = await made.engine();
    await first.heardOf('snapshot');
    first.say({
      kind: 'snapshot',
      seq: 0,
      value: { ...snapshot, self: { ...snapshot.self, kind: 'toaster' } },
    });
    await became(made.client, 'lost');
    expect(made.client.fault).toMatchObject({ code: 'link-mismatch', seen: expect.stringContaining('kind') });
  });

  it('is lost when a message has no form at all', async () => {
    const { client, first } = await open();
    first.link.send({ json: { kind: 'shrug' } });
    await became(client, 'lost');
    expect(client.fault?.code).toBe('link-mismatch');
  });

  it('tries again when there was nobody to connect to, also at the start', async () => {
    let tries = 0;
    const [window, end] = memoryLinkPair();
    const client = createClient({
      connect: () => {
        tries += 1;
        if (tries === 1) throw new Error('nobody there');
        return tries === 2 ? Promise.reject(new Error('still nobody')) : Promise.resolve(window);
      },
      schedule: (work) => {
        queueMicrotask(work);
        return () => {};
      },
    });
    const engine = new Engine(end);
    await engine.heardOf('snapshot');
    expect(client.fault).toMatchObject({ code: 'link-lost', seen: 'still nobody' });
    engine.say({ kind: 'snapshot', seq: 0, value: snapshot });
    await became(client, 'open');
    expect(client.fault).toBeUndefined();
  });

  it('does not come back once it is closed', async () => {
    const made = await open();
    const call = made.client.call('files.places', {});
    made.client.close();
    await expect(call).rejects.toMatchObject({ code: 'link-lost' });
    expect(made.passTime()).toBe(0);
    expect(made.client.state).toBe('lost');
  });
});
