import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { HomeFaults } from '../../base/home-faults.ts';
import { KnownDevices } from './known-devices.ts';
import { temporaryHome } from '../testing/loopback.ts';

const anna = 'a'.repeat(64);
const bert = 'b'.repeat(64);
const hour = 60 * 60 * 1000;

const refusal = (run: () => unknown): HexdropError => {
  try {
    run();
  } catch (error) {
    return error as HexdropError;
  }
  throw new Error('not refused');
};

describe('trust on first use', () => {
  test('a device is new until it was recorded, and known afterwards', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    expect(devices.check('nas:1', anna)).toBe('new');
    expect(devices.check('nas:1', anna)).toBe('new');
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    expect(devices.check('nas:1', anna)).toBe('known');
  });

  test('is kept for the next run', async () => {
    const home = await temporaryHome();
    KnownDevices.load(home, { now: () => 5 * hour }).record({
      target: 'nas:1',
      deviceId: anna,
      alias: 'Anna',
    });
    expect(KnownDevices.load(home).list()).toEqual([
      { deviceId: anna, alias: 'Anna', targets: ['nas:1'], firstSeenMs: 5 * hour, lastSeenMs: 5 * hour },
    ]);
  });

  test('another key at a known target is refused in words that help', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    for (const run of [
      () => devices.check('nas:1', bert),
      () => devices.record({ target: 'nas:1', deviceId: bert, alias: 'Bert' }),
    ]) {
      const error = refusal(run);
      expect(error).toMatchObject({
        code: 'peer-key-changed',
        seen: 'bbbb-bbbb-bbbb',
        allowed: 'aaaa-aaaa-aaaa',
      });
      expect(error.message).toBe(
        'The device at nas:1 has another key than before: known is "Anna" with aaaa-aaaa-aaaa, seen is bbbb-bbbb-bbbb. ' +
          'Either another device pretends to be it, or it was reinstalled. ' +
          'If you are sure that it is the right device, --accept-new-key replaces the record.',
      );
    }
    expect(devices.check('nas:1', anna)).toBe('known');
  });

  test('a known device at the address of another one is refused, and told who it is', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: '10.0.0.1:1', deviceId: anna, alias: 'Anna' });
    devices.record({ target: '10.0.0.2:1', deviceId: bert, alias: 'Bert' });
    expect(refusal(() => devices.check('10.0.0.1:1', bert)).message).toContain('That is the key of "Bert"');
  });

  test('the same key at another target is the same device', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    expect(devices.check('10.0.0.9:1', anna)).toBe('known');
    devices.record({ target: '10.0.0.9:1', deviceId: anna, alias: 'Anna' });
    expect(devices.list().map(({ targets }) => targets)).toEqual([['10.0.0.9:1', 'nas:1']]);
  });

  test('a device that dials us is refused nowhere, and is known once somebody took something of it', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    expect(devices.check(undefined, anna)).toBe('new');
    devices.record({ deviceId: anna, alias: 'Anna' });
    expect(devices.check(undefined, anna)).toBe('new');
    devices.accept(anna, 'Anna');
    expect(devices.check(undefined, anna)).toBe('known');
    expect(devices.list()[0]?.targets).toEqual([]);
  });

  test('accepting a new key moves the target, and forgets a key that answers nowhere', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.replace('nas:1', bert, 'Anna');
    expect(devices.check('nas:1', bert)).toBe('known');
    expect(devices.check('other:1', anna)).toBe('new');
    expect(refusal(() => devices.check('nas:1', anna)).code).toBe('peer-key-changed');
  });

  test('accepting the key that is known anyway changes nothing', async () => {
    const devices = KnownDevices.load(await temporaryHome(), { now: () => 7 });
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    const before = devices.list();
    devices.replace('nas:1', anna);
    expect(devices.list()).toEqual(before);
  });

  test('accepting a new key keeps what else is known of the old one', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.record({ target: 'nas:2', deviceId: anna, alias: 'Anna' });
    devices.replace('nas:1', bert);
    expect(devices.check('nas:2', anna)).toBe('known');
  });
});

describe('the list', () => {
  test('finds a device by the name it gives itself, whatever the case', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Bu\u0308ro' });
    devices.record({ deviceId: bert, alias: 'büro' });
    expect(devices.byAlias('BÜRO').map(({ deviceId }) => deviceId)).toEqual([anna]);
    expect(devices.byAlias('nobody')).toEqual([]);
  });

  test('keeps the name by which a device was first dialed or accepted, whatever it calls itself later', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Bert' });
    devices.record({ deviceId: anna, alias: 'Bert' });
    devices.record({ deviceId: bert, alias: 'Hans' });
    devices.record({ deviceId: bert, alias: 'Bert' });
    devices.accept(bert, 'Bert');
    devices.record({ deviceId: bert, alias: 'Anna' });
    const names = new Map(devices.list().map(({ deviceId, alias }) => [deviceId, alias]));
    expect([names.get(anna), names.get(bert)]).toEqual(['Anna', 'Bert']);
  });

  test('is written again only for news', async () => {
    const home = await temporaryHome();
    let nowMs = 10 * hour;
    const devices = KnownDevices.load(home, { now: () => nowMs });
    const seen = { target: 'nas:1', deviceId: anna, alias: 'Anna' };
    devices.record(seen);
    const before = await stat(join(home, 'devices.json'));
    nowMs += hour / 2;
    devices.record(seen);
    expect((await stat(join(home, 'devices.json'))).ino).toBe(before.ino);
    nowMs += hour;
    devices.record(seen);
    expect(devices.list()[0]).toMatchObject({ firstSeenMs: 10 * hour, lastSeenMs: nowMs });
  });

  test('strangers that only came to us are forgotten in the end; dialed devices never', async () => {
    const home = await temporaryHome();
    const idOf = (index: number): string => index.toString(16).padStart(64, '0');
    const seen = { alias: '', firstSeenMs: 1, lastSeenMs: 1 };
    const strangers = Array.from({ length: 500 }, (_, index) => ({
      ...seen,
      deviceId: idOf(index),
      targets: [],
      lastSeenMs: index + 2,
    }));
    const dialed = { ...seen, deviceId: anna, targets: ['nas:1'] };
    await writeFile(
      join(home, 'devices.json'),
      JSON.stringify({ version: 1, devices: [dialed, ...strangers] }),
    );
    const devices = KnownDevices.load(home);
    devices.record({ deviceId: idOf(500), alias: '' });
    expect(devices.list()).toHaveLength(501);
    expect(devices.check('nas:1', anna)).toBe('known');
    expect(devices.check(undefined, idOf(0))).toBe('new');
    expect(devices.list().map(({ deviceId }) => deviceId)).toContain(idOf(500));
    expect(devices.list().map(({ deviceId }) => deviceId)).not.toContain(idOf(0));
  });

  test('strangers push nobody out who was accepted', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ deviceId: anna, alias: 'Anna' });
    devices.accept(anna, 'Anna');
    for (let index = 0; index < 510; index += 1)
      devices.record({ deviceId: index.toString(16).padStart(64, '0'), alias: 'Anna' });
    expect(devices.check(undefined, anna)).toBe('known');
  });
});

describe('the file', () => {
  test.skipIf(process.platform === 'win32')(
    'is for its owner alone, and leaves nothing beside it',
    async () => {
      const home = await temporaryHome();
      KnownDevices.load(home).record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
      expect((await stat(join(home, 'devices.json'))).mode & 0o777).toBe(0o600);
      expect(await readdir(home)).toEqual(['devices.json']);
    },
  );

  test.each([
    ['', 'JSON'],
    ['{"version":1', 'JSON'],
    ['null', 'version'],
    ['{"version":2,"devices":[]}', 'it has version 2, this program knows 1'],
    ['{"version":1,"devices":{}}', '"devices" is not a list'],
    ['{"version":1,"devices":[{"deviceId":"short"}]}', 'entry 1 is not a device'],
  ])('%j is told by its path and left as it is', async (text, why) => {
    const home = await temporaryHome();
    const path = join(home, 'devices.json');
    await writeFile(path, text);
    const error = refusal(() => KnownDevices.load(home));
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain(path);
    expect(error.message).toContain(why);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('two processes see what the other one recorded', async () => {
    const home = await temporaryHome();
    const [one, other] = [KnownDevices.load(home), KnownDevices.load(home)];
    one.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    other.record({ target: 'nas:2', deviceId: bert, alias: 'Bert' });
    expect(one.list()).toHaveLength(2);
    expect(refusal(() => other.record({ target: 'nas:1', deviceId: bert, alias: 'Bert' })).code).toBe(
      'peer-key-changed',
    );
  });

  test('a lock that a killed process left behind is taken over', async () => {
    const home = await temporaryHome();
    const lock = join(home, 'devices.json.lock');
    await writeFile(lock, '');
    const longAgo = new Date(Date.now() - hour);
    await utimes(lock, longAgo, longAgo);
    KnownDevices.load(home).record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    expect(await readdir(home)).toEqual(['devices.json']);
  });

  test('four processes that record at the same time lose nothing', { timeout: 30_000 }, async () => {
    const home = await temporaryHome();
    const module = new URL('./known-devices.ts', import.meta.url).href;
    const script = `
      const [home, name] = process.argv.slice(1);
      const { KnownDevices } = await import(${JSON.stringify(module)});
      const devices = KnownDevices.load(home);
      for (let index = 0; index < 40; index += 1) {
        devices.record({ target: name + ':' + (index + 1), deviceId: (name + index.toString(16).padStart(63, '0')), alias: name });
      }`;
    const runs = ['a', 'b', 'c', 'd'].map(async (name) => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script, home, name],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      );
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    });
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
    expect(KnownDevices.load(home).list()).toHaveLength(160);
  });
});

describe('a verified device', () => {
  test('is told as such, keeps it over runs and records, and is known again when that is taken back', async () => {
    const home = await temporaryHome();
    const devices = KnownDevices.load(home);
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.verify(anna, true);
    devices.record({ target: 'nas:2', deviceId: anna, alias: 'Anna' });
    const later = KnownDevices.load(home);
    expect(later.check('nas:1', anna)).toBe('verified');
    expect(later.check(undefined, anna)).toBe('verified');
    expect(later.list()).toMatchObject([{ targets: ['nas:2', 'nas:1'], verified: true }]);
    later.verify(anna, false);
    expect(later.check('nas:1', anna)).toBe('known');
    expect(later.list()[0]).not.toHaveProperty('verified');
  });

  test('may be one that was never met, whose key a person has read elsewhere', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.verify(anna, false);
    expect(devices.check(undefined, anna)).toBe('new');
    devices.verify(anna, true);
    expect(devices.check(undefined, anna)).toBe('verified');
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    expect(devices.list()).toMatchObject([{ alias: 'Anna', targets: ['nas:1'], verified: true }]);
  });

  test('is guarded by its address as any other: another key there is refused', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.verify(anna, true);
    devices.verify(bert, true);
    expect(refusal(() => devices.check('nas:1', bert)).code).toBe('peer-key-changed');
  });

  test('stays verified when its last address passed to another one', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    devices.verify(anna, true);
    devices.replace('nas:1', bert, 'Bert');
    expect(devices.check(undefined, anna)).toBe('verified');
    expect(devices.check('nas:1', bert)).toBe('known');
  });

  test('is not pushed out by strangers, however many come', async () => {
    let nowMs = 0;
    const home = await temporaryHome();
    const stranger = (index: number): string => index.toString(16).padStart(64, '0');
    const listed = Array.from({ length: 500 }, (_, index) => ({
      deviceId: stranger(index),
      alias: '',
      targets: [],
      firstSeenMs: 1,
      lastSeenMs: 1,
    }));
    await writeFile(join(home, 'devices.json'), JSON.stringify({ version: 1, devices: listed }));
    const devices = KnownDevices.load(home, { now: () => nowMs });
    devices.verify(anna, true);
    nowMs = 10 * hour;
    devices.record({ deviceId: bert, alias: 'Bert' });
    expect(devices.list()).toHaveLength(501);
    expect(devices.check(undefined, anna)).toBe('verified');
  });

  test('needs a whole device id', async () => {
    const devices = KnownDevices.load(await temporaryHome());
    expect(refusal(() => devices.verify('3f2a-99c1-04be', true)).code).toBe('usage');
  });
});

describe('a home that takes nothing', () => {
  /** A folder where a file must be renamed to: for root, whom no permission stops. */
  const blocked = async (home: string): Promise<void> => {
    await rm(join(home, 'devices.json'), { force: true });
    await mkdir(join(home, 'devices.json', 'in the way'), { recursive: true });
  };

  const loaded = (home: string) => {
    const told: HexdropError[] = [];
    const faults = new HomeFaults((error) => told.push(error));
    return { devices: KnownDevices.load(home, { faults }), told };
  };

  test('keeps nobody from being met, and is told once', async () => {
    const home = await temporaryHome();
    const { devices, told } = loaded(home);
    devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
    await blocked(home);
    expect(devices.check(undefined, bert)).toBe('new');
    devices.record({ deviceId: bert, alias: 'Bert' });
    devices.accept(bert, 'Bert');
    expect(devices.check(undefined, bert)).toBe('known');
    devices.record({ target: 'attic:1', deviceId: bert, alias: 'Bert' });
    // What was known before holds, and what was met since: another key is refused at either address.
    expect(refusal(() => devices.check('nas:1', bert)).code).toBe('peer-key-changed');
    expect(refusal(() => devices.check('attic:1', anna)).code).toBe('peer-key-changed');
    expect(told.map(({ code }) => code)).toEqual(['file-unreadable']);
  });

  test('gets what it did not take with the next change that it takes', async () => {
    const home = await temporaryHome();
    const { devices, told } = loaded(home);
    const away = `${home} away`;
    await rename(home, away);
    await writeFile(home, 'a file where the folder must be');
    devices.record({ target: 'attic:1', deviceId: bert, alias: 'Bert' });
    expect(told).toMatchObject([{ code: 'file-unreadable' }]);
    await rm(home);
    await rename(away, home);
    devices.record({ deviceId: anna, alias: 'Anna' });
    expect(
      KnownDevices.load(home)
        .list()
        .map(({ alias }) => alias)
        .toSorted(),
    ).toEqual(['Anna', 'Bert']);
  });

  test('is told when a person wants something kept', async () => {
    const home = await temporaryHome();
    const { devices } = loaded(home);
    await blocked(home);
    expect(refusal(() => devices.verify(anna, true)).code).toBe('file-unreadable');
    expect(devices.list()).toEqual([]);
  });
});

test('a device that is forgotten is as good as never seen, and its addresses are free', async () => {
  const home = await temporaryHome();
  const devices = KnownDevices.load(home);
  devices.record({ target: 'nas:1', deviceId: anna, alias: 'Anna' });
  devices.verify(anna, true);
  devices.forget(anna);
  devices.forget(bert);
  expect(KnownDevices.load(home).list()).toEqual([]);
  expect(devices.check('nas:1', bert)).toBe('new');
});
