/** `hexdrop ui` and `npm start` as processes: the page, a second start, the end. What people do in it is elsewhere. */

import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { enter, openWindow, shares, snapshot, urlOf } from '../support/page.ts';
import { expectExit, programPath } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const startProgram = join(programPath, '..', 'start.js');
/** Nothing of a test is announced on a network, and no browser starts. */
const quiet = ['--port', '0', '--host', '127.0.0.1', '--no-open'];

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
    expect((await snapshot(await openWindow(world, page))).kind).toBe('snapshot');
  });

  it('shares a folder that it was started with, and one that a second start hands over', async () => {
    const device = world.device('one');
    const [music, photos] = [world.folder('music'), world.folder('photos')];
    const first = device.start(['ui', music, ...quiet]);
    const socket = await openWindow(world, await enter(await urlOf(first)));
    await snapshot(socket, shares(music));

    const second = await device.run(['ui', photos, ...quiet]);
    expectExit(second, 0);
    expect(second.events[0]).toMatchObject({ event: 'handed-over', paths: 1 });
    await snapshot(socket, shares(photos));
    await enter(second.events[0]?.['url']);
  });

  it('writes the keys of its sessions with --keylog, for its user alone, and a second start writes none', async () => {
    const device = world.device('one');
    const [music, keys] = [world.folder('music'), join(world.path, 'keys.log')];
    const program = device.start(['ui', music, ...quiet, '--keylog', keys]);
    const socket = await openWindow(world, await enter(await urlOf(program)));
    const told = await snapshot(socket, ({ value }) => value?.self?.listening !== undefined);
    expect(program.stderr).toContain('whoever has that file can read what is sent');
    const port = told.value?.self?.listening?.port ?? 0;
    expectExit(await world.device('other').run(['ls', `127.0.0.1:${port}`]), 0);
    expect(readFileSync(keys, 'utf8')).toMatch(/^SERVER_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64,96}$/mu);
    expect(statSync(keys).mode & 0o777).toBe(0o600);

    const others = join(world.path, 'others.log');
    const second = await device.run(['ui', ...quiet, '--keylog', others]);
    expect(second.stderr).toContain('--keylog has no effect: no keys are written');
    expect(existsSync(others)).toBe(false);
  });

  it('ends with Ctrl-C, with a window open', async () => {
    const program = world.device('one').start(['ui', ...quiet]);
    const socket = await openWindow(world, await enter(await urlOf(program)));
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
    const socket = await openWindow(world, await enter(await urlOf(program)));
    await snapshot(socket, shares(join(world.path, 'typed', 'music')));
    const [line = '', next = ''] = program.stderr.split('\n');
    expect(line).toMatch(/^No desktop window, since .+: Hexdrop starts in the browser instead\.$/);
    expect(next).toContain('http://127.0.0.1:');
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
  });
});
