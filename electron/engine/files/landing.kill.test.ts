import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
} from 'node:fs';
import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { entryTimeOf } from '../../../shared/protocol/entry-time.ts';
import { Journal } from '../transfer/journal/journal.ts';
import { currentBootId } from '../../base/boot-id.ts';
import { setTimes } from './landing.ts';
import { contentOf, mtimeUsOf, pathOf, tree } from '../testing/landing-child.ts';
import type { TreeFile } from '../testing/landing-child.ts';
import { listPartials } from '../transfer/journal/partials.ts';

const kills = 24;
const oldText = 'what was there before';
let base = '';
let program = '';

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-kill-')));
  program = join(base, 'child.mjs');
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../testing/landing-child.ts', import.meta.url)),
    platform: 'node',
    external: [/^node:/u],
  });
  await bundle.write({ file: program, format: 'esm' });
  await bundle.close();
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** A fresh target in which two of three names are taken. */
const prepare = (round: number): { home: string; target: string } => {
  const home = join(base, `home ${round}`);
  const target = join(base, `target ${round}`);
  mkdirSync(home);
  mkdirSync(target);
  for (const [index, file] of tree.entries()) {
    mkdirSync(join(target, file.folder), { recursive: true });
    if (index % 3 === 2) continue;
    const fd = openSync(join(target, pathOf(file)), 'wx');
    writeFileSync(fd, oldText);
    setTimes(fd, 1_000_000);
    closeSync(fd);
  }
  return { home, target };
};

const isNew = (path: string, file: TreeFile): boolean =>
  existsSync(path) && readFileSync(path).equals(contentOf(file));
const besideName = ({ name }: TreeFile): string => name.replace('.bin', ' (1).bin');

/** Runs the child and kills it after a while; true when it had finished before. */
const run = async (home: string, target: string, killAfterMs: number | undefined): Promise<boolean> => {
  const child = spawn(process.execPath, [program, 'land', home, target], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    if (output === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    output += data.toString();
  });
  await once(child, 'close');
  expect(complaints).toBe('');
  return output.includes('done');
};

/** What is wrong after a kill: a name with neither old nor new, something new that the journal does not know. */
const problemsIn = (home: string, target: string): string[] => {
  const problems: string[] = [];
  const journal = Journal.open({
    home,
    peerDeviceId: 'f00d',
    targetRoot: target,
    roots: ['tree'],
    bootId: currentBootId(),
  });
  const mayBeThere = new Set<string>();
  for (const [index, file] of tree.entries()) {
    const path = join(target, pathOf(file));
    const beside = join(target, file.folder, besideName(file));
    const hadOld = index % 3 !== 2;
    mayBeThere.add(path);
    if (hadOld && !file.replace) mayBeThere.add(beside);

    const content = existsSync(path) ? readFileSync(path) : undefined;
    const isOld = content?.toString() === oldText;
    const isNewHere = content?.equals(contentOf(file)) === true;
    const mayBe = hadOld && !file.replace ? isOld : isNewHere || (hadOld ? isOld : content === undefined);
    if (!mayBe) problems.push(`${path} is neither old nor new`);
    const isBeside = existsSync(beside);
    if (isBeside && !isNew(beside, file)) problems.push(`${beside} is not whole`);

    const known = journal.known(pathOf(file));
    if (isNewHere || isBeside) {
      const newPath = isNewHere ? path : beside;
      const stats = lstatSync(newPath, { bigint: true });
      if (known?.kind !== 'landed' || known.finalPath !== newPath) problems.push(`${newPath} is not known`);
      if (entryTimeOf(stats.mtimeNs) !== mtimeUsOf(file)) problems.push(`${newPath} has a wrong time`);
      if (stats.nlink !== 1n) problems.push(`${newPath} has a second name`);
    } else if (known?.kind === 'landed') {
      problems.push(`${path} is taken for landed`);
    } else if (known?.kind === 'partial') {
      const verified = readFileSync(known.partialPath).subarray(0, known.verifiedBytes);
      if (!verified.equals(contentOf(file).subarray(0, known.verifiedBytes)))
        problems.push(`${path} is not verified`);
    }
  }
  for (const folder of readdirSync(target)) {
    for (const name of readdirSync(join(target, folder))) {
      if (name.startsWith(`.hexdrop-partial-${journal.key}.`)) {
        // Only of large files, and at most the one that was under way.
        if (name.endsWith('.0')) problems.push(`${folder}/${name} was left`);
        continue;
      }
      if (!mayBeThere.has(join(target, folder, name))) problems.push(`${folder}/${name} should not be there`);
    }
  }
  journal.close();
  return problems;
};

describe('a kill at any moment', () => {
  it('leaves under every name the old file, the whole new one or nothing, and a journal that knows which', async () => {
    let round = 0;
    let { home, target } = prepare(round);
    let finished = 0;
    const problems: string[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const isDone = await run(home, target, Math.random() * 25);
      if (!isDone) {
        problems.push(...problemsIn(home, target));
        continue;
      }
      finished += 1;
      round += 1;
      ({ home, target } = prepare(round));
    }
    expect(problems).toEqual([]);
    // Most of them must have come in the middle.
    expect(finished).toBeLessThan(kills / 2);

    expect(await run(home, target, undefined)).toBe(true);
    for (const [index, file] of tree.entries()) {
      const isBeside = index % 3 === 1;
      const path = join(target, file.folder, isBeside ? besideName(file) : file.name);
      expect([path, isNew(path, file)]).toEqual([path, true]);
    }
    expect(listPartials(home)).toEqual([]);
    const names = tree
      .map(({ folder }) => folder)
      .filter((folder, index, all) => all.indexOf(folder) === index);
    const count = names.reduce((sum, folder) => sum + readdirSync(join(target, folder)).length, 0);
    expect(count).toBe(tree.length + tree.length / 3);
  }, 120_000);
});
