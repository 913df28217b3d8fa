/**
 * The process that landing.kill.test.ts kills: lands one tree again and again, as a sink would, resuming from its
 * journal. Every content follows from its path, so that the test can tell whole from torn.
 */

import { closeSync, fdatasyncSync, lstatSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

import { Journal } from '../transfer/journal/journal.ts';
import { currentBootId } from '../../base/boot-id.ts';
import {
  createPartial,
  landSmall,
  placeNoClobber,
  placeOver,
  reopenPartial,
  setTimes,
  writeWhole,
} from '../files/landing.ts';
import { freeName } from '../../base/free-name.ts';
import { SafeRoot } from '../../base/safe-path.ts';

export const chunk = 65_536;

export interface TreeFile {
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  /** Replaces what was there before; else it gets a free name. */
  readonly replace: boolean;
}

export const pathOf = ({ folder, name }: TreeFile): string => `${folder}/${name}`;
export const mtimeUsOf = (file: TreeFile): number => 1_700_000_000_000_000 + file.size * 1_001;
export const versionOf = (file: TreeFile): string => createHash('sha256').update(pathOf(file)).digest('hex');

/** The new content of a file. */
export const contentOf = (file: TreeFile): Buffer =>
  Buffer.alloc(file.size, createHash('sha256').update(pathOf(file)).digest());

/** Small files in four folders, every third replacing an old one, every third beside one; and a few large ones. */
export const tree: readonly TreeFile[] = Array.from({ length: 1_200 }, (_, index) => ({
  folder: `folder ${index % 4}`,
  name: `${index % 3 === 0 ? 'over' : 'beside'} ${index}.bin`,
  size: index % 100 === 99 ? chunk * 20 + index : 100 + index,
  replace: index % 3 === 0,
}));

const chainAfter = (content: Buffer, bytes: number): string =>
  createHash('sha256').update(content.subarray(0, bytes)).digest('hex');

const landTree = (home: string, target: string): void => {
  const root = SafeRoot.open(target);
  const options = {
    home,
    peerDeviceId: 'f00d',
    targetRoot: root.path,
    roots: ['tree'],
    bootId: currentBootId(),
  };
  const journal = Journal.open(options);
  process.stdout.write('ready\n');
  for (let first = 0; first < tree.length; first += 32) {
    root.nextTurn();
    const batch = tree
      .slice(first, first + 32)
      .filter((file) => journal.known(pathOf(file))?.kind !== 'landed');
    const small = batch.filter(({ size }) => size <= chunk);
    const record = (file: TreeFile, finalPath: string) => {
      const { size } = file;
      return { path: pathOf(file), version: versionOf(file), size, mtimeUs: mtimeUsOf(file), finalPath };
    };
    const finalOf = (file: TreeFile): string => root.file([file.folder], file.name, { create: true });
    journal.willLand(small.map((file) => record(file, finalOf(file))));
    const placeBeside = (file: TreeFile, partialPath: string): void => {
      const isTaken = (name: string): boolean =>
        lstatSync(root.file([file.folder], name), { throwIfNoEntry: false }) !== undefined;
      const finalPath = root.file([file.folder], freeName(file.name, isTaken));
      journal.willLand([record(file, finalPath)]);
      if (placeNoClobber(partialPath, finalPath) !== 'placed') throw new Error('lost a race against nobody');
    };
    for (const file of small) {
      const finalPath = finalOf(file);
      const partialPath = journal.passingPath(dirname(finalPath));
      const replaced = file.replace ? lstatSync(finalPath, { throwIfNoEntry: false }) : undefined;
      const bytes = contentOf(file);
      const mtimeUs = mtimeUsOf(file);
      const landing = {
        partialPath,
        finalPath,
        path: pathOf(file),
        bytes,
        mtimeUs,
        executable: false,
        replaced,
      };
      if (landSmall(landing) === 'exists') placeBeside(file, partialPath);
    }
    for (const file of batch.filter(({ size }) => size > chunk)) {
      const path = pathOf(file);
      const content = contentOf(file);
      const known = journal.known(path);
      let partialPath: string;
      let fd: number;
      let verifiedBytes = 0;
      if (known?.kind === 'partial') {
        ({ partialPath, verifiedBytes } = known);
        if (known.chain !== chainAfter(content, verifiedBytes))
          throw new Error('the chain is not that of the prefix');
        if (
          !readFileSync(partialPath).subarray(0, verifiedBytes).equals(content.subarray(0, verifiedBytes))
        ) {
          throw new Error('the verified part of a partial is not what was verified');
        }
        fd = reopenPartial(partialPath);
      } else {
        partialPath = journal.newPartialPath(dirname(finalOf(file)));
        journal.partialOpened({ path, version: versionOf(file), size: file.size, partialPath });
        fd = createPartial(partialPath);
      }
      for (let offset = verifiedBytes; offset < file.size; offset += chunk) {
        const end = Math.min(offset + chunk, file.size);
        writeWhole(fd, content.subarray(offset, end), offset);
        const durable = offset === 5 * chunk;
        if (durable) fdatasyncSync(fd);
        journal.checkpoint({ path, verifiedBytes: end, chain: chainAfter(content, end), durable });
      }
      setTimes(fd, mtimeUsOf(file));
      closeSync(fd);
      const finalPath = finalOf(file);
      journal.willLand([record(file, finalPath)]);
      if (file.replace) placeOver(partialPath, finalPath);
      else if (placeNoClobber(partialPath, finalPath) === 'exists') placeBeside(file, partialPath);
    }
  }
  journal.complete();
  process.stdout.write('done\n');
};

const [, , command, home = '', target = ''] = process.argv;
if (command === 'land') landTree(home, target);
