// Electron's own `fs` takes a file that is called *.asar for a folder. Here Node's does as well, and has Electron's way
// past it: what people move must go that way.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { expectExit } from '../support/program.ts';
import { expectSameTree, makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

/** What of Electron matters: which program this is, its `fs`, and the one that it gives beside it. */
const likeElectron = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const original = { ...fs };
const originalPromises = { ...fs.promises };
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.4.1' } });
process.getBuiltinModule = (id) => ({ 'original-fs': original, 'original-fs/promises': originalPromises })[id];
const guarded = (name, call) => (path, ...rest) => {
  if (String(path).endsWith('.asar')) throw new Error(name + ' takes ' + path + ' for an archive');
  return call(path, ...rest);
};
for (const target of [fs, fs.promises])
  for (const name of ['lstat', 'stat', 'lstatSync', 'statSync', 'open', 'openSync', 'readdirSync', 'renameSync', 'realpathSync'])
    if (typeof target[name] === 'function') target[name] = guarded(name, target[name]);
syncBuiltinESMExports();
`;

test('a file called *.asar is sent, received, shared and fetched as the file that it is', async () => {
  const preload = join(world.path, 'like-electron.mjs');
  writeFileSync(preload, likeElectron);
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
  const from = makeTree(world.folder('from'), { 'tree/app.asar': 'an archive', 'tree/plain': 'x' });

  const pushed = world.folder('pushed');
  const receiver = await world.device('receiver', { env }).receive(pushed);
  const sender = world.device('sender', { env });
  const args = ['send', join(from, 'tree'), '--to', receiver.address];
  expectExit(await sender.run(args), 0);
  await expectSameTree(from, pushed);
  // A second time it is there already, and found to be the same.
  expectExit(await sender.run(args), 0);
  expect([...readTree(pushed).keys()]).toHaveLength(3);

  const fetched = world.folder('fetched');
  const sharer = await world.device('sharer', { env }).share(join(from, 'tree'));
  expectExit(
    await world.device('getter', { env }).run(['get', `${sharer.address}/tree/app.asar`, '--dir', fetched]),
    0,
  );
  expect([...readTree(fetched).keys()]).toEqual(['app.asar']);
});
