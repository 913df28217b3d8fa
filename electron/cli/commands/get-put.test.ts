import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { FakeEngine, fakeCall } from '../testing/fake-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'notes.txt');
writeFileSync(file, 'words');
const dangling = join(folder, 'dangling');
symlinkSync('nowhere', dangling);

describe('get', () => {
  it('fetches several paths of one device', async () => {
    const call = fakeCall([
      'get',
      '10.0.0.5/photos/2024',
      '10.0.0.5/music/',
      '--dir',
      folder,
      '--on-conflict',
      'skip',
    ]);
    expect(await call.run()).toBe(0);
    expect(call.engine.got[0]).toMatchObject({
      from: { host: '10.0.0.5', port: 18520 },
      paths: ['photos/2024', 'music'],
      dir: folder,
      onConflict: 'skip',
    });
    expect(call.stdout.text).toContain('Fetched 3 files');
  });

  it('explains where patterns go when one stands in a path', async () => {
    const engine = new FakeEngine();
    engine.script = (handle) => handle.fail(new HexdropError('no-such-path', 'There is no "*.jpg".'));
    const call = fakeCall(['get', '10.0.0.5/photos/*.jpg'], { engine });
    expect(await call.run()).toBe(1);
    expect(call.stderr.text).toContain('--only chooses by pattern');
  });

  it('hands --only over as what is wanted', async () => {
    const call = fakeCall(['get', '10.0.0.5/photos', '--only', '*.jpg']);
    await call.run();
    const { wants } = call.engine.got[0] ?? {};
    expect(wants?.('photos/a.jpg', 'file')).toBe(true);
    expect(wants?.('photos/a.txt', 'file')).toBe(false);
  });

  it.each([
    ['a device without a share', ['get', '10.0.0.5'], /names a device and no share.*hexdrop ls 10\.0\.0\.5/],
    ['two devices at once', ['get', '10.0.0.5/a', '10.0.0.6/b'], /from one device, and these are two/],
    ['a path that leads out', ['get', '10.0.0.5/a/../b'], /"\.\." is not a name/],
    [
      'a folder that would get another name',
      ['get', '10.0.0.5/a', '--dir', 'Mu\u{fffd}oz'],
      /whose name is UTF-8/,
    ],
    ['a folder that is a file', ['get', '10.0.0.5/a', '--dir', file], /--dir takes a folder/],
    [
      'a folder that is a link to what is not there',
      ['get', '10.0.0.5/a', '--dir', dangling],
      /cannot be one: it is a symbolic link to "nowhere", which is not there\./,
    ],
    [
      'a folder below such a link',
      ['get', '10.0.0.5/a', '--dir', join(dangling, 'deeper', 'still')],
      /cannot be one: on the way to it is .*dangling, and it is a symbolic link to "nowhere", which is not there\./,
    ],
    ['a bad pattern', ['get', '10.0.0.5/a', '--only', 'x[1'], /without "\]"/],
    ['port 0', ['get', '10.0.0.5/a', '--port', '0'], /--port 0 is for listeners/],
    ['two files for standard output', ['get', '10.0.0.5/a/b', '10.0.0.5/a/c', '--stdout'], /takes one file/],
    [
      'a folder beside it',
      ['get', '10.0.0.5/a/b', '--stdout', '--dir', '.'],
      /--stdout does not go with --dir/,
    ],
    ['JSON beside it', ['get', '10.0.0.5/a/b', '--stdout', '--json'], /--stdout does not go with --json/],
    ['a capture beside it', ['get', '10.0.0.5/a/b', '--stdout', '--capture', '-'], /Only one of --stdout/],
  ])('refuses %s', async (_what, argv, expected) => {
    const call = fakeCall(argv);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toMatch(expected);
  });
});

describe('put', () => {
  it('takes the last argument as the place', async () => {
    const call = fakeCall(['put', file, '10.0.0.5:99/inbox/today']);
    expect(await call.run()).toBe(0);
    expect(call.engine.uploaded[0]).toMatchObject({
      paths: [file],
      to: { host: '10.0.0.5', port: 99 },
      path: 'inbox/today',
    });
    expect(call.stdout.text).toContain('Uploaded 3 files');
  });

  it('needs a share to put into', async () => {
    const call = fakeCall(['put', file, '10.0.0.5']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toMatch(/The last argument is where to put it/);
  });
});
