import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HexdropError } from '../../shared/errors/errors.ts';
import type { Host, HostOptions } from '../host/api.ts';
import type { UiEnd, UiRequest } from '../host/ui-program.ts';
import { runUi } from './program.ts';

interface Heard {
  readonly event: string;
  readonly [field: string]: unknown;
}

let folder: string;
let runs: Run[];

/** One start of the shell, with a host that notes what it is given. */
class Run {
  readonly events: Heard[] = [];
  readonly lines: string[] = [];
  readonly opened: string[] = [];
  readonly end: Promise<UiEnd>;
  options: HostOptions | undefined;
  isHostClosed = false;
  readonly #controller = new AbortController();
  readonly #lookers = new Set<() => void>();

  constructor(request: Partial<UiRequest> = {}, fault?: Error) {
    runs.push(this);
    const say = (line: string): void => {
      this.lines.push(line);
      this.#look();
    };
    this.end = runUi(
      {
        home: join(folder, 'home'),
        paths: [],
        port: 0,
        opensBrowser: false,
        allowRemote: false,
        allowedHosts: [],
        isJson: true,
        env: {},
        startCommand: ['node', 'hexdrop.js'],
        signal: this.#controller.signal,
        voice: {
          event: (event) => {
            this.events.push(event);
            this.#look();
          },
          result: say,
          note: say,
          warn: (line) => say(`warning: ${line}`),
        },
        ...request,
      },
      {
        pageFolder: join(folder, 'page'),
        platform: process.platform,
        remoteAddress: '127.0.0.1',
        createHost: async (options) => {
          this.options = options;
          if (fault !== undefined) throw fault;
          return this.#host();
        },
      },
    );
  }

  interrupt(): Promise<UiEnd> {
    this.#controller.abort();
    return this.end;
  }

  event(name: string): Promise<Heard> {
    return this.until(() => this.events.find(({ event }) => event === name));
  }

  until<Found>(find: () => Found | undefined): Promise<Found> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#lookers.delete(look);
        resolve(found);
      };
      this.#lookers.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#lookers) look();
  }

  /** What this shell uses of a host. */
  #host(): Host {
    const host: Pick<Host, 'deviceId' | 'connect' | 'openWith' | 'close'> = {
      deviceId: 'ab'.repeat(32),
      connect: () => {},
      openWith: async (openings) => {
        const paths = openings.map((opening) => ('path' in opening ? opening.path : opening.link));
        this.opened.push(...paths);
        this.#look();
        if (paths.includes(join(folder, 'forbidden'))) throw new HexdropError('permission-denied');
      },
      close: async () => {
        this.isHostClosed = true;
      },
    };
    return host as Host;
  }
}

beforeEach(() => {
  runs = [];
  folder = mkdtempSync(join(tmpdir(), 'hexdrop-ui-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), 'the page');
  mkdirSync(join(folder, 'music'));
  mkdirSync(join(folder, 'forbidden'));
});

afterEach(async () => {
  await Promise.all(runs.map((run) => run.interrupt()));
  rmSync(folder, { recursive: true, force: true });
});

const keyOf = (url: unknown): string => new URL(String(url)).hash.slice(1);

const enter = (url: unknown): Promise<Response> => {
  const { origin } = new URL(String(url));
  return fetch(`${origin}/enter`, { method: 'POST', body: keyOf(url), headers: { Origin: origin } });
};

describe('the browser shell', () => {
  it('says first where it is, and a new address whenever one was used', async () => {
    const run = new Run();
    const { url, host, port, deviceId } = await run.event('listening');
    expect(run.events[0]?.event).toBe('listening');
    expect({ host, deviceId }).toEqual({ host: '127.0.0.1', deviceId: 'ab'.repeat(32) });
    expect(url).toBe(`http://127.0.0.1:${String(port)}/#${keyOf(url)}`);
    expect((await enter(url)).status).toBe(200);
    const next = await run.event('address');
    expect(keyOf(next['url'])).not.toBe(keyOf(url));
    expect((await enter(url)).status).toBe(401);
    expect((await enter(next['url'])).status).toBe(200);
  });

  it('opens with what it was given, and goes on when that cannot be shared', async () => {
    const run = new Run({ paths: [join(folder, 'music'), join(folder, 'forbidden')] });
    await run.until(() => run.lines.find((line) => line.startsWith('warning:')));
    expect(run.opened).toEqual([join(folder, 'music'), join(folder, 'forbidden')]);
    expect((await enter((await run.event('listening'))['url'])).status).toBe(200);
  });

  it('refuses a path that is not there before anything starts', async () => {
    const run = new Run({ paths: [join(folder, 'nothing')] });
    expect(await run.end).toMatchObject({ kind: 'failed', code: 'usage' });
    expect(run.options).toBeUndefined();
  });

  it('hands over to the one that runs, which tells its address', async () => {
    const first = new Run();
    const { url } = await first.event('listening');
    const second = new Run({ paths: [join(folder, 'music')] });
    expect(await second.end).toEqual({ kind: 'done' });
    expect(second.options).toBeUndefined();
    expect(second.events).toEqual([{ event: 'handed-over', paths: 1, url }]);
    await first.until(() => (first.opened.length > 0 ? true : undefined));
    expect(first.opened).toEqual([join(folder, 'music')]);
  });

  it('ends when it is interrupted, with its host', async () => {
    const run = new Run();
    const { url } = await run.event('listening');
    expect(await run.interrupt()).toEqual({ kind: 'interrupted' });
    expect(run.isHostClosed).toBe(true);
    await expect(enter(url)).rejects.toThrow('fetch failed');
    // The home is free again.
    const next = new Run();
    await next.event('listening');
  });

  it('ends when its window asks for it', async () => {
    const run = new Run();
    await run.event('listening');
    run.options?.shell.quit();
    expect(await run.end).toEqual({ kind: 'done' });
    expect(run.isHostClosed).toBe(true);
  });

  it('gives the host what the call says, and announces nothing that only this machine reaches', async () => {
    const run = new Run({ alias: 'nas', transferHost: '127.0.0.1', downloadDir: folder, allowPlain: true });
    await run.event('listening');
    expect(run.options?.overrides).toEqual({
      alias: 'nas',
      host: '127.0.0.1',
      discovery: false,
      downloadDir: folder,
      allowPlain: true,
    });
  });

  it('tells why it cannot start, and leaves nothing behind', async () => {
    const failed = new Run({}, new HexdropError('disk-full', 'No space.'));
    expect(await failed.end).toEqual({ kind: 'failed', code: 'disk-full', message: 'No space.' });
    const run = new Run();
    await run.event('listening');
  });
});

describe('the browser shell for other machines', () => {
  it('has TLS, and a password that is shown once and in no JSON line', async () => {
    const run = new Run({ allowRemote: true });
    const { url, fingerprint } = await run.event('listening');
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/#/);
    expect(fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const line = await run.until(() => run.lines.find((each) => each.startsWith('Password')));
    const password = line.split(': ')[1] ?? '';
    expect(password).toMatch(/^[a-z2-9-]{19}$/);
    expect(JSON.stringify(run.events)).not.toContain(password);
  });

  it('does not show the password of a file', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'correct horse\n');
    chmodSync(file, 0o600);
    const run = new Run({ allowRemote: true, env: { HEXDROP_UI_PASSWORD_FILE: file } });
    await run.event('listening');
    expect(run.lines.join('\n')).not.toMatch(/correct horse|Password/);
  });

  it('does not take a password without --allow-remote, which would be a misunderstanding', async () => {
    const run = new Run({ passwordFile: join(folder, 'password') });
    expect(await run.end).toMatchObject({ kind: 'failed', code: 'usage' });
  });
});
