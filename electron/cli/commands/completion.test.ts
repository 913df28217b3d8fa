import { mkdtempSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { completionScripts } from '../completion/scripts.ts';
import { shells } from '../completion/shells.ts';
import { fakeCall } from '../testing/fake-world.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const homeWith = (...aliases: readonly string[]): string => {
  const home = mkdtempSync(join(tmpdir(), 'hexdrop-completion-'));
  made.push(home);
  const devices = aliases.map((alias, at) => ({
    deviceId: String(at).padStart(64, '0'),
    alias,
    targets: [`192.0.2.${at}:18520`],
    firstSeenMs: 1,
    lastSeenMs: 1,
  }));
  writeFileSync(join(home, 'devices.json'), JSON.stringify({ version: 1, devices }));
  return home;
};

describe('hexdrop completion', () => {
  it.each(shells)('prints the script for %s and nothing else', async (shell) => {
    const call = fakeCall(['completion', shell]);
    expect(await call.run()).toBe(0);
    expect(call.stdout.text).toBe(completionScripts[shell]());
    expect(call.stderr.text).toBe('');
  });

  it('names the shells when it is asked for another one', async () => {
    const call = fakeCall(['completion', 'csh']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('takes bash, zsh, fish, powershell, devices, not "csh"');
  });
});

describe('hexdrop completion devices', () => {
  const toldBy = async (home: string): Promise<readonly string[]> => {
    const call = fakeCall(['completion', 'devices', '--home', home]);
    expect(await call.run()).toBe(0);
    return call.stdout.lines;
  };

  it('tells each name once', async () => {
    expect(await toldBy(homeWith('nas', 'bob-desktop', 'nas', '书房'))).toEqual([
      'nas',
      'bob-desktop',
      '书房',
    ]);
  });

  it.each([
    '$(touch /tmp/x)',
    '`id`',
    'a b',
    "it's",
    '-rf',
    'a;b',
    'a&b',
    'a|b',
    'a>b',
    '*',
    'a\nb',
    '~root',
    '!!',
    '',
    '\u202Eevil',
    'a\\b',
  ])('keeps %j back, which is more than a word to some shell', async (alias) => {
    expect(await toldBy(homeWith(alias, 'nas'))).toEqual(['nas']);
  });

  it('makes no home where there is none', async () => {
    const home = join(homeWith(), 'not-there');
    expect(await toldBy(home)).toEqual([]);
    expect(existsSync(home)).toBe(false);
  });
});
