/** `hexdrop ui` and `npm start` as processes: the page, a second start, the end. What people do in it is elsewhere. */

import { on, once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { programPath } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { expectExit } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const startProgram = join(programPath, '..', 'start.js');
/** Nothing of a test is announced on a network, and no browser starts. */
const quiet = ['--port', '0', '--host', '127.0.0.1', '--no-open'];

interface Page {
  readonly address: string;
  readonly cookie: string;
}

/** As the entrance's script does it. */
const enter = async (url: unknown): Promise<Page> => {
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

const openWindow = async ({ address, cookie }: Page): Promise<WebSocket> => {
  const { origin } = new URL(address);
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}link`, {
    headers: { Cookie: cookie, Origin: origin },
  });
  world.keep({ close: () => socket.terminate() });
  await once(socket, 'open');
  return socket;
};

interface Told {
  readonly kind: string;
  readonly value?: { readonly shares?: Readonly<Record<string, { readonly path: string }>> };
}

/** The first snapshot that fits, asked for again whenever something changes. */
const snapshot = async (socket: WebSocket, fits: (told: Told) => boolean = () => true): Promise<Told> => {
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

const urlOf = async (program: Program): Promise<unknown> => (await program.event('listening'))['url'];

const shares =
  (path: string) =>
  ({ value }: Told): boolean =>
    Object.values(value?.shares ?? {}).some((share) => share.path === path);

describe('hexdrop ui', () => {
  it('serves the page to whoever has the address, under a strict policy', async () => {
    const program = world.device('one').start(['ui', ...quiet]);
    const page = await enter(await urlOf(program));
    const answer = await fetch(page.address, { headers: { Cookie: page.cookie } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Hexdrop</title>');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*connect-src ws:\/\/127\.0\.0\.1:\d+$/,
    );
    expect((await snapshot(await openWindow(page))).kind).toBe('snapshot');
  });

  it('shares a folder that it was started with, and one that a second start hands over', async () => {
    const device = world.device('one');
    const [music, photos] = [world.folder('music'), world.folder('photos')];
    const first = device.start(['ui', music, ...quiet]);
    const socket = await openWindow(await enter(await urlOf(first)));
    await snapshot(socket, shares(music));

    const second = await device.run(['ui', photos, ...quiet]);
    expectExit(second, 0);
    expect(second.events[0]).toMatchObject({ event: 'handed-over', paths: 1 });
    await snapshot(socket, shares(photos));
    await enter(second.events[0]?.['url']);
  });

  it('ends with Ctrl-C, with a window open', async () => {
    const program = world.device('one').start(['ui', ...quiet]);
    const socket = await openWindow(await enter(await urlOf(program)));
    const closed = once(socket, 'close');
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
    await closed;
  });
});

describe('npm start', () => {
  it('without a runtime says why in one line, and starts the browser shell where it was typed', async () => {
    world.folder('typed/music');
    const program = world.device('one').start(['music', ...quiet], {
      wrap: ([node = '', , ...words]) => [node, startProgram, ...words],
      env: { ELECTRON_OVERRIDE_DIST_PATH: world.folder('nothing'), INIT_CWD: world.folder('typed') },
    });
    const socket = await openWindow(await enter(await urlOf(program)));
    await snapshot(socket, shares(join(world.path, 'typed', 'music')));
    const [line = '', next = ''] = program.stderr.split('\n');
    expect(line).toMatch(/^No desktop window, since .+: Hexdrop starts in the browser instead\.$/);
    expect(next).toContain('http://127.0.0.1:');
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
  });
});
