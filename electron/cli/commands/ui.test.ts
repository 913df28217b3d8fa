import { describe, expect, it } from 'vitest';

import type { UiEnd, UiProgram, UiRequest } from '../../host/ui-program.ts';
import { fakeCall, until } from '../testing/fake-world.ts';

/** A browser shell that ends as told, or when it is interrupted. */
const shell = (end?: UiEnd): UiProgram & { readonly requests: UiRequest[] } => {
  const requests: UiRequest[] = [];
  return {
    requests,
    runUi: (request) => {
      requests.push(request);
      if (end !== undefined) return Promise.resolve(end);
      return new Promise((resolve) => {
        request.signal.addEventListener('abort', () => resolve({ kind: 'interrupted' }));
      });
    },
  };
};

const requestOf = async (...words: readonly string[]): Promise<UiRequest | undefined> => {
  const ui = shell({ kind: 'done' });
  expect(await fakeCall(['ui', ...words], { ui }).run()).toBe(0);
  return ui.requests[0];
};

describe('hexdrop ui', () => {
  it('starts the browser shell with what was said, and only that', async () => {
    expect(await requestOf('--home', '/h')).toMatchObject({
      home: '/h',
      paths: [],
      allowRemote: false,
      allowedHosts: [],
      isJson: false,
      startCommand: ['/usr/bin/node', '/opt/hexdrop.js'],
    });
    const bare = (await requestOf('--home', '/h')) ?? {};
    for (const name of [
      'port',
      'opensBrowser',
      'alias',
      'downloadDir',
      'transferHost',
      'allowPlain',
      'passwordFile',
    ]) {
      expect(bare).not.toHaveProperty(name);
    }
    expect(
      await requestOf(
        ...'a b --port 0 --no-open --allow-remote --allow-host NAS.example --allow-host [fd00::5]:9000'.split(
          ' ',
        ),
        ...'--password-file p --dir d --host 127.0.0.1 --plain --alias nas'.split(' '),
      ),
    ).toMatchObject({
      paths: ['a', 'b'],
      port: 0,
      opensBrowser: false,
      allowRemote: true,
      allowedHosts: ['nas.example', '[fd00::5]:9000'],
      passwordFile: 'p',
      downloadDir: 'd',
      transferHost: '127.0.0.1',
      allowPlain: true,
      alias: 'nas',
    });
  });

  it.each([
    ['a URL', ['--allow-host', 'https://nas.example']],
    ['everything', ['--allow-host', '*']],
    ['a list', ['--allow-host', 'a,b']],
    ['opposites', ['--open', '--no-open']],
  ])('does not take %s', async (_what, words) => {
    const call = fakeCall(['ui', ...words], { ui: shell({ kind: 'done' }) });
    expect(await call.run()).toBe(2);
  });

  it('ends with 130 when it is interrupted', async () => {
    const ui = shell();
    const call = fakeCall(['ui'], { ui });
    const ended = call.run();
    await until(() => ui.requests.length > 0);
    call.signal();
    expect(await ended).toBe(130);
  });

  it('tells a failure as every command does', async () => {
    const ui = shell({ kind: 'failed', code: 'port-taken', message: 'Port 80 is taken.' });
    const call = fakeCall(['ui', '--json'], { ui });
    expect(await call.run()).toBe(1);
    expect(call.stdout.text).toContain('"code":"port-taken"');
    expect(call.stderr.text).toContain('Port 80 is taken.');
  });

  it('says what to do when the shell was not built', async () => {
    const call = fakeCall(['ui']);
    expect(await call.run()).toBe(1);
    expect(call.stderr.text).toContain('npm run build');
  });
});
