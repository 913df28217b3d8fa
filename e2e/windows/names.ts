/** Names that Windows cannot hold, or takes for one: how they arrive, are asked for, and come back. */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectSameTree, landedPaths, makeTree } from '../support/trees.ts';
import type { Windows } from './windows.ts';

/** As they travel, and as Windows has them. */
const names: readonly (readonly [string, string])[] = [
  ['CON', '‛ＣON'],
  ['aux.txt', '‛ａux.txt'],
  ['com¹.log', '‛ｃom¹.log'],
  ['a:b.txt', 'a‛：b.txt'],
  ['a:$DATA', 'a‛：$DATA'],
  ['C:\\Users\\x.txt', 'C‛：‛＼Users‛＼x.txt'],
  ['..\\..\\up', '..‛＼..‛＼up'],
  ['<"|?*>', '‛＜‛＂‛｜‛？‛＊‛＞'],
  ['Icon\r', 'Icon‛␍'],
  ['trail.', 'trail‛．'],
  ['...', '..‛．'],
  ['space ', 'space‛␠'],
  ['HEXDRO~1', '‛ＨEXDRO~1'],
  ['‛：', '‛‛：'],
  ['报告：最终？.docx', '报告：最终？.docx'],
  ['caf\u00e9', 'caf\u00e9'],
  ['cafe\u0301', 'cafe\u0301'],
  ['😀.txt', '😀.txt'],
];

const textOf = (path: string): string => readFileSync(path, 'utf8');
const content = (name: string): string => `content of ${name}`;

export function describeNames({ world, device, scratch, node }: Windows): void {
  const odd = (): string =>
    makeTree(
      scratch('from'),
      Object.fromEntries([
        ...names.map(([name]) => [`tree: all./${name}`, content(name)]),
        ['tree: all./folder?/NUL/x.', 'deep'],
      ]),
    );

  describe('names that Windows cannot hold', () => {
    it('arrive under others, are listed and come back as they were', async () => {
      const from = odd();
      const to = scratch('to');
      const receiver = await device('windows').share(to, '--writable');
      const linux = world.device('linux');
      const where = `${receiver.address}/to`;
      expectExit(await linux.run(['put', join(from, 'tree: all.'), where]), 0);
      const held = landedPaths(to);
      expect(held).toEqual(
        expect.arrayContaining(names.map(([, local]) => `tree‛： all‛．/${local}`)) as string[],
      );
      expect(held).toContain('tree‛： all‛．/folder‛？/‛ＮUL/x‛．');
      expect(held).toHaveLength(names.length + 4);

      // Windows itself opens each by the name that it has there.
      const script = `const fs = require('fs'); const folder = process.argv[1];
        fs.writeFileSync(process.argv[2], JSON.stringify(fs.readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isFile()).map(({ name }) => fs.readFileSync(folder + '\\\\' + name, 'utf8'))));`;
      const seen = join(scratch('seen'), 'seen.json');
      expectExit(await node(script, join(to, 'tree‛： all‛．'), seen).end(), 0);
      expect(JSON.parse(textOf(seen))).toEqual(expect.arrayContaining(names.map(([name]) => content(name))));

      const listed = await linux.run(['ls', `${where}/tree: all.`]);
      expect(eventsOf(listed, 'entry').map((entry) => entry['name'])).toEqual(
        expect.arrayContaining(names.map(([name]) => name)),
      );
      const one = scratch('one');
      expectExit(await linux.run(['get', `${where}/tree: all./C:\\Users\\x.txt`, '--dir', one]), 0);
      expect(readdirSync(one)).toEqual(['C:\\Users\\x.txt']);
      const back = scratch('back');
      expectExit(await linux.run(['get', `${where}/tree: all.`, '--dir', back]), 0);
      await expectSameTree(from, back);
      const pushed = scratch('pushed');
      const again = await linux.receive(pushed, '--once');
      const sent = await device('sender').run(['send', join(to, 'tree‛： all‛．'), '--to', again.address]);
      expectExit(sent, 0);
      await expectSameTree(from, pushed);
    });

    it('are found again when a transfer goes on, and when it is repeated', async () => {
      const from = makeTree(scratch('from'), {
        'tree/1: small': 'small',
        'tree/CON.': seededRandom().bytes(3_000_000),
      });
      const to = scratch('to');
      const receiver = await device('windows').receive(to);
      const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { cutAfter: 2_200_000 } })));
      const send = (address: string) => ['send', join(from, 'tree'), '--to', address, '--retry', '0'];
      expectExit(await world.device('linux').run(send(proxy.address)), 4);
      await receiver.program.event('retrying');
      const sent = await world.device('linux').run(send(receiver.address));
      expectExit(sent, 0);
      expect(lastEvent(sent, 'done').resumedBytes).toBeGreaterThan(1_000_000);
      const again = await world.device('linux').run(send(receiver.address));
      expect(lastEvent(again, 'done')).toMatchObject({ files: 0, same: 2 });
      expect(landedPaths(to)).toEqual(['tree', 'tree/1‛： small', 'tree/‛ＣON‛．']);
    });

    it('that would be too long fail alone', async () => {
      const from = makeTree(scratch('from'), { [`tree/${':'.repeat(200)}`]: 'long', 'tree/ok': 'ok' });
      const to = scratch('to');
      const receiver = await device('windows').receive(to, '--once');
      const sent = await world.device('linux').run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 1);
      expect(eventsOf(sent, 'fault')).toMatchObject([{ code: 'name-too-long' }]);
      expect(landedPaths(to)).toEqual(['tree', 'tree/ok']);
    });
  });

  describe('names that Windows takes for one', () => {
    it('keep files and folders apart by a number', async () => {
      const from = makeTree(scratch('from'), {
        'tree/README': 'upper',
        'tree/readme': 'lower',
        'tree/Ärger/x': 'upper',
        'tree/ärger/x': 'lower',
        // These it holds beside each other.
        'tree/stra\u00dfe/x': 'one',
        'tree/STRASSE/x': 'two',
        'tree/caf\u00e9/x': 'composed',
        'tree/cafe\u0301/x': 'decomposed',
      });
      const to = scratch('to');
      const receiver = await device('windows').receive(to);
      const send = ['send', join(from, 'tree'), '--to', receiver.address];
      expectExit(await world.device('linux').run(send), 0);
      const apart = [
        'tree',
        'tree/README',
        'tree/readme (1)',
        'tree/Ärger',
        'tree/Ärger/x',
        'tree/ärger (1)',
        'tree/ärger (1)/x',
        ...['STRASSE', 'stra\u00dfe', 'caf\u00e9', 'cafe\u0301'].flatMap((name) => [
          `tree/${name}`,
          `tree/${name}/x`,
        ]),
      ].toSorted();
      expect(landedPaths(to).toSorted()).toEqual(apart);
      expect(textOf(join(to, 'tree/Ärger/x'))).toBe('upper');
      expect(textOf(join(to, 'tree/ärger (1)/x'))).toBe('lower');
      const again = await world.device('linux').run(send);
      expect(lastEvent(again, 'done')).toMatchObject({ files: 0, same: 8 });
      expect(landedPaths(to).toSorted()).toEqual(apart);
    });
  });

  describe('a name that is taken', () => {
    const tree = { 'tree/CON': 'new', 'tree/Photo.JPG': 'new photo' };
    const there = (): string => {
      const to = scratch('to');
      mkdirSync(join(to, 'tree'));
      writeFileSync(join(to, 'tree', '‛ＣON'), 'old');
      writeFileSync(join(to, 'tree', 'photo.jpg'), 'old photo');
      return to;
    };

    it.each([
      [
        'rename',
        { 'photo.jpg': 'old photo', 'Photo (1).JPG': 'new photo', '‛ＣON': 'old', 'CON (1)': 'new' },
      ],
      ['skip', { 'photo.jpg': 'old photo', 'Photo (1).JPG': 'new photo', '‛ＣON': 'old', 'CON (1)': 'new' }],
      ['overwrite', { 'photo.jpg': 'new photo', '‛ＣON': 'new' }],
    ] as const)(
      'is dealt with as was chosen (%s), in any case and also behind a mark',
      async (policy, expected) => {
        const from = makeTree(scratch('from'), tree);
        const to = there();
        const receiver = await device('windows').receive(to, '--once', '--on-conflict', policy);
        expectExit(
          await world.device('linux').run(['send', join(from, 'tree'), '--to', receiver.address]),
          0,
        );
        expectExit(await receiver.program.end(), 0);
        const found = readdirSync(join(to, 'tree'));
        const contents = Object.fromEntries(found.map((name) => [name, textOf(join(to, 'tree', name))]));
        const unfolded = (all: Readonly<Record<string, string>>): Record<string, string> =>
          policy === 'overwrite'
            ? Object.fromEntries(Object.entries(all).map(([name, text]) => [name.toLowerCase(), text]))
            : { ...all };
        expect(unfolded(contents)).toEqual(unfolded(expected));
      },
    );
  });
}
