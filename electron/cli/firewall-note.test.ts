import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { fakeCall, until } from './testing/fake-world.ts';
import { run } from './run.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const saidBy = async (
  platform: NodeJS.Platform,
  home: string,
  command: readonly string[],
): Promise<string> => {
  const call = fakeCall([...command, '--home', home]);
  const running = run({ ...call.world, platform });
  await until(() => call.engine.listening !== undefined || call.engine.isClosed);
  call.signal();
  await running;
  return call.stderr.text;
};

describe('what the firewall of Windows will ask', () => {
  it('is said before a home listens for the first time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hexdrop-firewall-'));
    made.push(folder);
    const listen = ['receive', '--yes', '--no-announce'];
    const fresh = join(folder, 'fresh');
    expect(await saidBy('win32', fresh, listen)).toContain('allow it in private networks');
    expect(await saidBy('win32', folder, listen)).not.toContain('private networks');
    expect(await saidBy('win32', fresh, [...listen, '--host', '127.0.0.1'])).not.toContain(
      'private networks',
    );
    expect(await saidBy('linux', fresh, listen)).not.toContain('private networks');
    expect(await saidBy('win32', fresh, ['partials'])).not.toContain('private networks');
  });
});
