import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autostartEntry, setAutostart } from './autostart.ts';

let config: string;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'hexdrop-autostart-'));
});
afterEach(() => rmSync(config, { recursive: true }));

describe('starting with the session', () => {
  it('writes an entry and takes it away again', () => {
    const options = {
      env: { XDG_CONFIG_HOME: config },
      fileName: 'hexdrop.desktop',
      comment: 'Moves files',
      command: ['/opt/hexdrop', '--hidden'],
    };
    const path = join(config, 'autostart', 'hexdrop.desktop');
    setAutostart(options, true);
    expect(readFileSync(path, 'utf8')).toContain('Exec="/opt/hexdrop" "--hidden"\n');
    setAutostart(options, false);
    expect(existsSync(path)).toBe(false);
    setAutostart(options, false);
  });

  it('quotes what a shell or the specification would read otherwise', () => {
    expect(autostartEntry('', ['/a b/100%', '$x', '"', '\\'])).toContain(
      String.raw`Exec="/a b/100%%" "\\$x" "\\"" "\\\\"` + '\n',
    );
  });

  it('refuses a path that would begin a line of its own', () => {
    expect(() => autostartEntry('', ['/a\nExec=evil'])).toThrow('line break');
  });
});
