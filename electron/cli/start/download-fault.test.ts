import { describe, expect, it } from 'vitest';

import { downloadFault } from './download-fault.ts';

describe('the reason why the runtime could not be fetched', () => {
  it.each([
    ['ENOTFOUND', /mirror\.example cannot be found: there is no network/],
    ['ECONNREFUSED', /mirror\.example refuses connections/],
    ['UND_ERR_CONNECT_TIMEOUT', /mirror\.example does not answer/],
    ['CERT_HAS_EXPIRED', /mirror\.example cannot be reached \(CERT_HAS_EXPIRED\)/],
  ])('names the server and what it did for %s', (code, reason) => {
    const stderr = 'TypeError: fetch failed\n    at node:internal';
    expect(downloadFault({ stderr, requestFault: { host: 'mirror.example', code } })).toMatch(reason);
  });

  it.each([
    [
      'HTTPError: Response code 404 (Not Found) for http://m/e.zip\n    at download',
      /answers 404 for http:\/\/m\/e\.zip/,
    ],
    ['ChecksumMismatchError: Generated checksum for "e.zip" did not match expected checksum.', /checksum/],
    ['TypeError: terminated\n    at Fetch.onAborted', /broke off/],
    ['Error: ENOSPC: no space left on device, write\n    at x', /disk is full/],
    ["Error: EACCES: permission denied, mkdir '/x'\n    at x", /cannot be written/],
    ['Error: something new\n    at x', /installer says: something new$/],
    ['', /without a word/],
  ])('is one clause made of %j', (stderr, reason) => {
    const words = downloadFault({ stderr });
    expect(words).toMatch(reason);
    expect(words).not.toContain('\n');
  });

  it('says for how long nothing came', () => {
    expect(downloadFault({ stderr: '', silentSeconds: 20 })).toContain('20 s');
  });
});
