import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { fakeCall } from '../testing/fake-world.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});
const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'hexdrop-doctor-'));
  made.push(path);
  return path;
};

describe('hexdrop doctor', () => {
  it('tells each check as a line of JSON, makes no home, and closes what it listened with', async () => {
    const folder = scratch();
    const home = join(folder, 'home');
    const call = fakeCall(['doctor', '--json', '--port', '0', '--home', home, '--dir', folder]);
    await call.run();
    const checks = call.stdout.events.filter(({ event }) => event === 'check');
    expect(checks.map(({ check }) => check)).toEqual([
      'interfaces',
      'port',
      'firewall',
      'discovery',
      'resolver',
      'home',
      'folder',
      'disk',
    ]);
    expect(checks.find(({ check }) => check === 'folder')).toMatchObject({
      outcome: 'good',
      finding: 'folder-good',
      subject: folder,
    });
    expect(call.stdout.events.at(-1)?.event).toBe('examined');
    expect(existsSync(home)).toBe(false);
    expect(call.discovery.closedCount).toBe(1);
  });

  it('says what is wrong and what to do, and ends with 1', async () => {
    const call = fakeCall(['doctor', '--port', '0', '--home', scratch(), '--dir', '/proc/nowhere']);
    expect(await call.run()).toBe(1);
    expect(call.stdout.text).toMatch(/!! {2}Nothing can be received into \/proc\/nowhere/);
    expect(call.stdout.text).toContain('Choose another folder with --dir');
  });

  it('ends with 130 as soon as it is interrupted', async () => {
    const folder = scratch();
    const call = fakeCall(['doctor', '--port', '0', '--home', folder, '--dir', folder]);
    const running = call.run();
    call.signal();
    expect(await running).toBe(130);
  });
});
