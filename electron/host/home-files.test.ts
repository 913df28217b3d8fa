/** What a version wrote into its home once is read for ever: testing/home-v1 is a home of version 0.1.0. */

import { closeSync, cpSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadIdentity } from '../engine/net/identity.ts';
import { KnownDevices } from '../engine/peers/known-devices.ts';
import { temporaryFolder } from '../base/testing/trees.ts';
import { JournalContent } from '../engine/transfer/journal/journal-content.ts';
import { forEachLine } from '../engine/transfer/journal/journal-file.ts';
import { listPartials } from '../engine/transfer/journal/partials.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { DeviceNotes } from './device-notes.ts';
import { History } from './history.ts';
import { historyLineText, readHistoryLine } from './history-file.ts';
import { SettingsStore } from './settings-store.ts';
import { HostShares } from './shares.ts';
import { fakeContext } from './testing/context.ts';

const written = join(import.meta.dirname, 'testing', 'home-v1');

/** A copy: some files are changed by being read. */
const oldHome = (): string => {
  const home = temporaryFolder();
  cpSync(written, home, { recursive: true });
  return home;
};

const settingsOf = (home: string, troubles: unknown[]): SettingsStore =>
  new SettingsStore({
    home,
    deviceId: 'f'.repeat(64),
    downloadDir: '/downloads',
    trouble: (error) => troubles.push(error),
  });

describe('a home of version 0.1.0', () => {
  it('has a history that is read whole, also without the numbers that came later', () => {
    const troubles: unknown[] = [];
    const history = new History(oldHome(), (thrown) => troubles.push(thrown));
    expect(troubles).toEqual([]);
    const { entries, total } = history.query({ limit: 10 });
    expect(total).toBe(6);
    const told = entries.map(({ card }) => [Number.parseInt(card.id, 16), card.kind, card.state]);
    expect(told).toEqual([
      // It ran when the program was killed, and is told with the time of its beginning.
      [7, 'push', 'failed'],
      [5, 'serve', 'declined'],
      [4, 'put', 'cancelled'],
      [3, 'get', 'failed'],
      [2, 'push', 'done'],
      [1, 'push', 'done'],
    ]);
    expect(entries.at(-1)).toMatchObject({
      card: {
        title: 'holiday',
        bytes: 2_048,
        same: 0,
        canRetry: true,
        speeds: [],
        peer: { alias: 'ada-laptop' },
      },
      recipe: { kind: 'push', paths: ['/home/ada/holiday'] },
    });
    expect(entries.at(-2)).toMatchObject({
      card: { same: 1, shownDir: '~/Downloads', moreRoots: 3, peer: { alias: '书房的电脑' } },
      dir: '/home/ada/Downloads',
      names: ['航海日誌.txt', 'notes.pdf'],
      faults: [{ code: 'disk-full', side: 'here' }],
      notices: [{ code: 'grew', side: 'there' }],
    });
  });

  it('has settings that hold, each of them', () => {
    const troubles: unknown[] = [];
    const { current } = settingsOf(oldHome(), troubles);
    const { version: _version, ...kept } = JSON.parse(readFileSync(join(written, 'settings.json'), 'utf8'));
    expect(troubles).toEqual([]);
    // What came later has its default.
    expect(current).toMatchObject(kept);
  });

  it('has shares, with their PINs', () => {
    const added: unknown[] = [];
    // Their folders are not there; the shares are known all the same.
    const missing = (share: unknown): never => {
      added.push(share);
      throw new HexdropError('no-such-path');
    };
    const context = fakeContext({ addShare: missing }, oldHome());
    const shares = new HostShares(context, () => {});
    shares.restore();
    expect(context.troubles).toEqual([]);
    expect([...context.state.list('shares').values()]).toMatchObject([
      { name: 'music', path: '/home/ada/music', writable: false, locked: false },
      { name: 'inbox', path: '/home/ada/inbox', writable: true, locked: true },
    ]);
    shares.close();
  });

  it('has notes of devices', () => {
    const troubles: unknown[] = [];
    const notes = new DeviceNotes(oldHome(), (thrown) => troubles.push(thrown));
    expect(troubles).toEqual([]);
    expect(notes.get('b'.repeat(64))).toMatchObject({
      alias: '书房的电脑',
      isFavourite: true,
      autoAccept: true,
    });
  });

  it('has devices that are known, and whose keys were compared', () => {
    const devices = KnownDevices.load(oldHome());
    const ada = '492c4c279c064c332d3341e1fff7138b0d0789c877a47a098ba1b26ea96469bd';
    expect(devices.at('ada-laptop.local:18520')).toBe(ada);
    expect(devices.check('192.168.1.40:18520', ada)).toBe('verified');
    // One that only ever came to us, of which nobody is known to have taken anything.
    const visitor = 'c886608fbf00b6542720faa422ead2c6893bbac4091bf43145eed7b75feb9a33';
    expect(devices.list().map(({ deviceId }) => deviceId)).toContain(visitor);
    expect(devices.check(undefined, visitor)).toBe('new');
  });

  it('has journals of unfinished transfers', () => {
    const home = oldHome();
    expect(listPartials(home)).toMatchObject([
      { target: '/nowhere/in', roots: ['src'], files: 2, active: false },
    ]);
    const content = new JournalContent('6ce34af4-5488-47d8-a1ec-a925a7a8ba82');
    const [name = ''] = readdirSync(join(home, 'journal'));
    const file = openSync(join(home, 'journal', name), 'r');
    forEachLine(file, (text, place) => content.take(text, place));
    closeSync(file);
    expect([...content.partials.values()]).toMatchObject([
      { path: 'src/large', size: 3_000_000, number: 1, folder: 'src', verifiedBytes: 786_432 },
    ]);
  });

  it('has an identity that stays the same device', async () => {
    const home = temporaryFolder();
    const { deviceId } = await loadIdentity(home);
    const kept = JSON.parse(readFileSync(join(home, 'identity.json'), 'utf8'));
    expect(Object.keys(kept).toSorted()).toEqual(['certificatePem', 'deviceId', 'keyPem', 'version']);
    // All that is needed is what the first version wrote; no private key is checked in for it.
    const copy = temporaryFolder();
    const { keyPem, certificatePem } = kept;
    writeFileSync(join(copy, 'identity.json'), JSON.stringify({ version: 1, keyPem, certificatePem }));
    expect((await loadIdentity(copy)).deviceId).toBe(deviceId);
  });
});

describe('what a later version wrote', () => {
  const laterLine = '{"v":2,"ended":{"card":{"id":"x","kind":"beamed"}}}';

  it('stays in the history through a rewrite, until the history is cleared', () => {
    const home = oldHome();
    const path = join(home, 'history.jsonl');
    writeFileSync(path, `${laterLine}\n${readFileSync(path, 'utf8')}`);
    const history = new History(home, () => {});
    const [, first] = readFileSync(path, 'utf8').split('\n');
    const line = readHistoryLine(first as string);
    if (line === undefined || 'removed' in line) throw new Error('No transfer.');
    const { begun: entry } = line as { begun: Parameters<History['add']>[0] };
    for (let number = 0; number < 1_600; number += 1) {
      const id = `more-${number}`;
      history.add({ ...entry, card: { ...entry.card, id, endedAtMs: number + 1 } });
      history.remove(id);
    }
    const text = readFileSync(path, 'utf8');
    expect(text.split('\n').length).toBeLessThan(1_500);
    expect(text).toContain(laterLine);
    history.clear();
    expect(readFileSync(path, 'utf8')).not.toContain('beamed');
  });

  it('within a line that is known stays in that line', () => {
    const line = readHistoryLine(
      '{"v":1,"ended":{"later":1,"card":{"id":"x","direction":"send","kind":"push","state":"done","title":"t","startedAtMs":1,"hue":7}}}',
    );
    if (line === undefined) throw new Error('It was not read.');
    expect(JSON.parse(historyLineText(line))).toMatchObject({
      v: 1,
      ended: { later: 1, card: { hue: 7, title: 't' } },
    });
  });

  it('into settings stays until a person sets that value', () => {
    const home = oldHome();
    const path = join(home, 'settings.json');
    const later = { ...JSON.parse(readFileSync(path, 'utf8')), theme: 'sepia', beam: { strength: 9 } };
    writeFileSync(path, JSON.stringify(later));
    const troubles: unknown[] = [];
    const store = settingsOf(home, troubles);
    expect([store.current.theme, troubles.length]).toEqual(['system', 1]);
    store.update({ alias: 'new name' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      alias: 'new name',
      theme: 'sepia',
      beam: { strength: 9 },
    });
    store.update({ theme: 'light' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ theme: 'light', beam: { strength: 9 } });
  });

  it.each(['{"version":2,"devices":{}}', '{"version":1,"devices":[{"id":7}]}', 'not JSON'])(
    'as notes of devices is told, and set aside before new ones are written: %s',
    (text) => {
      const home = temporaryFolder();
      writeFileSync(join(home, 'device-notes.json'), text);
      const troubles: Error[] = [];
      const notes = new DeviceNotes(home, (thrown) => troubles.push(thrown as Error));
      expect(troubles.map(({ message }) => message)).toEqual([expect.stringContaining('cannot be read: ')]);
      expect(readdirSync(home)).toEqual(['device-notes.json']);
      const note = {
        id: 'x',
        alias: 'x',
        kind: 'phone',
        addresses: [],
        isFavourite: true,
        autoAccept: false,
      } as const;
      notes.set(note);
      expect(readFileSync(join(home, 'device-notes.json.unreadable-1'), 'utf8')).toBe(text);
      expect(new DeviceNotes(home, () => {}).get('x')).toEqual(note);
    },
  );
});
