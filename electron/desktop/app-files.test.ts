import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveAppFile } from './app-files.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hexdrop-app-files-'));
  mkdirSync(join(root, 'page/assets'), { recursive: true });
  writeFileSync(join(root, 'page/index.html'), '<p>page</p>');
  writeFileSync(join(root, 'page/assets/a.js'), 'script');
  writeFileSync(join(root, 'page/assets/a.js.map'), 'map');
  writeFileSync(join(root, 'secret.js'), 'secret');
});
afterAll(() => rmSync(root, { recursive: true }));

const get = (url: string, method = 'GET'): Promise<Response> =>
  serveAppFile(join(root, 'page'), { url, method });

describe('app://hexdrop/', () => {
  it('answers with the page, also with a query', async () => {
    const answer = await get('app://hexdrop/?x=1');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toBe('<p>page</p>');
  });

  it('gives scripts the type that a module needs', async () => {
    const answer = await get('app://hexdrop/assets/a.js');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await answer.text()).toBe('script');
  });

  it.each([
    'app://hexdrop/../secret.js',
    'app://hexdrop/%2e%2e/secret.js',
    'app://hexdrop/..%2fsecret.js',
    'app://hexdrop/..%5csecret.js',
    'app://hexdrop/..\\secret.js',
    'app://hexdrop/assets/../../secret.js',
    'app://hexdrop/assets/./a.js',
    'app://hexdrop//etc/passwd',
    'app://hexdrop/a.js%00.html',
    'app://hexdrop.evil/index.html',
    'app://other/index.html',
    'file:///etc/passwd',
  ])('refuses %s', async (url) => {
    expect((await get(url)).status).toBe(400);
  });

  it('has neither files of other types nor folders', async () => {
    expect((await get('app://hexdrop/assets/a.js.map')).status).toBe(404);
    expect((await get('app://hexdrop/assets')).status).toBe(404);
    expect((await get('app://hexdrop/none.js')).status).toBe(404);
  });

  it('only gives', async () => {
    expect((await get('app://hexdrop/', 'POST')).status).toBe(405);
    const head = await get('app://hexdrop/', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('sends the content security policy with every answer, also with a refusal', async () => {
    for (const url of ['app://hexdrop/', 'app://hexdrop/assets/a.js', 'app://hexdrop/none.js', 'app://x/']) {
      const policy = (await get(url)).headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("connect-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    }
  });
});
