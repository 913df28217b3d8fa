/** Trees and files between Windows and Linux: whole, cut off and gone on with, listed, fetched and put. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { fileGrowsTo } from '../support/staging.ts';
import {
  emptyFolder,
  expectSameContent,
  expectSameTree,
  makeTree,
  readEntry,
  unfinishedIn,
} from '../support/trees.ts';
import type { Windows } from './windows.ts';

const mebibyte = 1_048_576;

export function describeTransfers({ world, device, scratch }: Windows): void {
  describe('send and receive', () => {
    it('take a tree from Linux to Windows and back, as it was', async () => {
      const from = makeTree(scratch('from'), {
        'tree/报告/最终：第二版.docx': seededRandom().bytes(3 * mebibyte),
        'tree/empty': emptyFolder,
        'tree/nothing': '',
        'tree/seconds': { content: 'a whole second', mtimeUs: 1_600_000_000_000_000 },
        ...Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`tree/many/${n}`, `file ${n}`])),
      });
      const to = scratch('to');
      const receiver = await device('windows').receive(to, '--once');
      const sent = await world.device('linux').run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 0);
      expectExit(await receiver.program.end(), 0);
      await expectSameTree(join(from, 'tree'), join(to, 'tree'));

      const back = scratch('back');
      const again = await world.device('linux').receive(back, '--once');
      expectExit(await device('windows').run(['send', join(to, 'tree'), '--to', again.address]), 0);
      expectExit(await again.program.end(), 0);
      await expectSameTree(join(from, 'tree'), join(back, 'tree'));
    });

    it('keep a time to the microsecond or the next, and know the file by it', async () => {
      const times = Array.from({ length: 32 }, (_, n) => 1_577_934_245_678_900 + 3 * n);
      const from = makeTree(
        scratch('from'),
        Object.fromEntries(times.map((mtimeUs, n) => [`tree/${n}`, { content: `file ${n}`, mtimeUs }])),
      );
      const to = scratch('to');
      const receiver = await device('windows').receive(to);
      const send = ['send', join(from, 'tree'), '--to', receiver.address];
      expectExit(await world.device('linux').run(send), 0);
      const off = times.map((mtimeUs, n) => Math.abs(readEntry(join(to, 'tree', `${n}`)).mtimeUs - mtimeUs));
      expect(Math.max(...off)).toBeLessThanOrEqual(1);
      const again = await world.device('linux').run(send);
      expect(lastEvent(again, 'done')).toMatchObject({ files: 0, same: times.length });
    });
  });

  describe('a share', () => {
    it('of Windows is listed, fetched from and put into by Linux', async () => {
      const share = makeTree(scratch('things'), {
        'folder/照片.jpg': { content: 'photo', mtimeUs: 1_600_000_000_123_456 },
        empty: emptyFolder,
      });
      const sharer = await device('windows').share(share, '--writable');
      const other = world.device('linux');
      const listed = await other.run(['ls', '-R', sharer.address]);
      expectExit(listed, 0);
      expect(eventsOf(listed, 'entry')).toMatchObject([
        { path: 'things', kind: 'share', writable: true },
        { path: 'things/empty', kind: 'folder' },
        { path: 'things/folder', kind: 'folder' },
        { path: 'things/folder/照片.jpg', kind: 'file', size: 5, mtime: 1_600_000_000_123_456 },
      ]);
      const to = scratch('to');
      expectExit(await other.run(['get', `${sharer.address}/things/folder`, '--dir', to]), 0);
      await expectSameTree(join(share, 'folder'), join(to, 'folder'));
      const more = makeTree(scratch('more'), { 'new/one': '1', 'new/two': '2' });
      expectExit(await other.run(['put', join(more, 'new'), `${sharer.address}/things/empty`]), 0);
      await expectSameTree(join(more, 'new'), join(share, 'empty/new'));
    });

    it('of Linux is listed, fetched from and put into by Windows', async () => {
      const share = makeTree(scratch('things'), { 'folder/照片.jpg': 'photo', empty: emptyFolder });
      const sharer = await world.device('linux').share(share, '--writable');
      const other = device('windows');
      const listed = await other.run(['ls', `${sharer.address}/things/folder`]);
      expectExit(listed, 0);
      expect(eventsOf(listed, 'entry')).toMatchObject([{ path: 'things/folder/照片.jpg', size: 5 }]);
      // As PowerShell completes it.
      const to = scratch('to');
      expectExit(await other.run(['get', `${sharer.address}\\things\\folder`, '--dir', to]), 0);
      await expectSameTree(join(share, 'folder'), join(to, 'folder'));
      const more = makeTree(scratch('more'), { 'new/one': '1', 'new/two': '2' });
      // Shells of Windows leave patterns to programs.
      expectExit(await other.run(['put', join(more, 'N*'), `${sharer.address}/things/empty`]), 0);
      await expectSameTree(join(more, 'new'), join(share, 'empty/new'));
    });
  });

  describe('a transfer that was cut off goes on where it was', () => {
    const size = 8 * mebibyte;

    it('when the receiver under Windows was killed', async () => {
      const from = makeTree(scratch('from'), { 'tree/large': seededRandom().bytes(size) });
      const to = scratch('to');
      const first = await device('windows').receive(to);
      const proxy = world.keep(await Proxy.open(first.port, () => ({ up: { stallAfter: 5 * mebibyte } })));
      const send = (address: string) => ['send', join(from, 'tree'), '--to', address, '--retry', '0'];
      const cut = world.device('linux').start(send(proxy.address));
      await fileGrowsTo(to, 3 * mebibyte);
      await first.program.kill();
      expectExit(await cut.end(), 4);
      expect(unfinishedIn(to)).toHaveLength(1);

      const second = await device('windows').receive(to, '--once');
      const sent = await world.device('linux').run(send(second.address));
      expectExit(sent, 0);
      expectExit(await second.program.end(), 0);
      expect(lastEvent(sent, 'done').resumedBytes).toBeGreaterThan(mebibyte);
      await expectSameTree(from, to);
    });

    it('when the sender under Windows was killed', async () => {
      const from = makeTree(scratch('from'), { 'tree/large': seededRandom().bytes(size) });
      const to = scratch('to');
      const receiver = await world.device('linux').receive(to);
      const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 5 * mebibyte } })));
      const cut = device('windows').start(['send', join(from, 'tree'), '--to', proxy.address]);
      await fileGrowsTo(to, 3 * mebibyte);
      await cut.kill();

      const sent = await device('windows').run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 0);
      expect(lastEvent(sent, 'done').resumedBytes).toBeGreaterThan(mebibyte);
      await expectSameTree(from, to);
    });

    it('when Ctrl-C ended the receiver, which says so', async () => {
      const from = makeTree(scratch('from'), { 'tree/large': seededRandom().bytes(size) });
      const to = scratch('to');
      const sharer = await world.device('linux').share(from);
      const proxy = world.keep(await Proxy.open(sharer.port, () => ({ down: { stallAfter: 5 * mebibyte } })));
      const get = (address: string) => ['get', `${address}/${sharedName(from)}/tree`, '--dir', to];
      const first = device('windows').start(get(proxy.address));
      await fileGrowsTo(to, 3 * mebibyte);
      const running = await device('windows').run(['partials']);
      expect(eventsOf(running, 'partial')).toMatchObject([{ active: true }]);
      first.signal('SIGINT');
      const ended = await first.end();
      expectExit(ended, 130);
      expect(eventsOf(ended, 'error')).toMatchObject([{ code: 'cancelled' }]);
      const left = await device('windows').run(['partials']);
      expect(eventsOf(left, 'partial')).toMatchObject([{ active: false }]);

      const second = await device('windows').run(get(sharer.address));
      expectExit(second, 0);
      expect(lastEvent(second, 'done').resumedBytes).toBeGreaterThan(mebibyte);
      await expectSameTree(from, to);
    });
  });

  it('paths of more than 260 characters arrive and are sent', async () => {
    const deep = `${Array.from({ length: 6 }, (_, n) => `${n}`.repeat(60)).join('/')}/${'长'.repeat(80)}`;
    const from = scratch('from');
    const path = join(from, 'tree', deep);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'deep');
    const to = scratch('to');
    const receiver = await device('windows').receive(to, '--once');
    expectExit(await world.device('linux').run(['send', join(from, 'tree'), '--to', receiver.address]), 0);
    expectExit(await receiver.program.end(), 0);
    await expectSameContent(from, to);
    const back = scratch('back');
    const again = await world.device('linux').receive(back, '--once');
    expectExit(await device('windows').run(['send', join(to, 'tree'), '--to', again.address]), 0);
    await expectSameContent(from, back);
    expect(readdirSync(back)).toEqual(['tree']);
  });
}

const sharedName = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);
