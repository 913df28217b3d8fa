/** The program as people start it: its home, its page, its second start, its end. */

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, enter, openWindow, shares, snapshot, urlOf } from '../support/page.ts';
import type { Told } from '../support/page.ts';
import { eventsOf, expectExit } from '../support/program.ts';
import { landedPaths, makeTree } from '../support/trees.ts';
import type { Windows } from './windows.ts';

const quiet = ['--port', '0', '--host', '127.0.0.1', '--no-open', '--json'];

export function describeShell(windows: Windows): void {
  const { world, hexdrop, scratch, path, appData } = windows;

  describe('hexdrop ui', () => {
    it('has its home in %APPDATA%, and one program for it', async () => {
      const [music, photos] = [makeTree(scratch('music'), { a: 'A' }), scratch('photos')];
      const program = hexdrop('ui', music, ...quiet);
      const page = await enter(await urlOf(program));
      const answer = await fetch(page.address, { headers: { Cookie: page.cookie } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('<title>Hexdrop</title>');
      const socket = await openWindow(world, page);
      await snapshot(socket, shares(path(music)));
      expect(readdirSync(join(appData(), 'hexdrop'))).toContain('identity.json');

      const second = await hexdrop('ui', photos, ...quiet).end();
      expectExit(second, 0);
      expect(second.events[0]).toMatchObject({ event: 'handed-over', paths: 1 });
      await snapshot(socket, shares(path(photos)));
      await enter(second.events[0]?.['url']);

      const closed = once(socket, 'close');
      program.signal('SIGINT');
      expectExit(await program.end(), 130);
      await closed;

      // What a killed program leaves behind does not stand in the way of the next one.
      const killed = hexdrop('ui', ...quiet);
      await urlOf(killed);
      await killed.kill();
      const last = hexdrop('ui', ...quiet);
      await snapshot(await openWindow(world, await enter(await urlOf(last))), shares(path(music)));
      await last.kill();
    });
  });

  it('an offer says in the window which names will be others, and is accepted there', async () => {
    const to = scratch('to');
    const program = hexdrop('ui', '--dir', to, ...quiet);
    const socket = await openWindow(world, await enter(await urlOf(program)));
    const { value } = await snapshot(socket, ({ value: told }) => told?.self?.listening !== undefined);
    const from = makeTree(scratch('from'), { 'tree/CON': 'device', 'tree/a:b': 'colon', 'tree/c': 'plain' });
    const address = `127.0.0.1:${value?.self?.listening?.port}`;
    const sender = world.device('linux').start(['send', join(from, 'tree'), '--to', address]);
    const offersOf = (told: Told) => Object.values(told.value?.offers ?? {});
    const offered = await snapshot(socket, (told) =>
      offersOf(told).some(({ renamed }) => renamed !== undefined),
    );
    const [offer] = offersOf(offered);
    expect(offer?.renamed).toEqual({
      count: 2,
      first: [
        { path: 'tree/CON', here: '‛ＣON' },
        { path: 'tree/a:b', here: 'a‛：b' },
      ],
    });
    await call(socket, 'offers.accept', { id: offer?.id, onConflict: 'rename' });
    expectExit(await sender.end(), 0);
    expect(landedPaths(to)).toEqual(['tree', 'tree/a‛：b', 'tree/c', 'tree/‛ＣON']);
    await program.kill();
  });

  it('a drive is shared under its letter', async () => {
    const program = hexdrop('share', 'C:\\', ...quiet.filter((word) => word !== '--no-open'));
    const { port } = await program.event('listening');
    const listed = await world.device('linux').run(['ls', `127.0.0.1:${port}/C`]);
    expectExit(listed, 0);
    expect(eventsOf(listed, 'entry')).toContainEqual(
      expect.objectContaining({ path: 'C/users', kind: 'folder' }),
    );
    await program.kill();
  });

  it('a listener hears a text, captures what crosses the wire, and ends with Ctrl-C and its exit code', async () => {
    const capture = join(scratch('captures'), 'a.pcapng');
    const { program, address } = await windows.device('windows').receive(scratch('to'), '--capture', capture);
    const linux = world.device('linux');
    expectExit(await linux.run(['text', address, '你好']), 0);
    await program.event((event) => event.event === 'text' && event['text'] === '你好');
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
    const inspected = await linux.run(['inspect', capture], { isForPeople: true });
    expectExit(inspected, 0);
    expect(inspected.stdout).toMatch(/HELLO[^]*TEXT[^]*你好/u);
  });
}
