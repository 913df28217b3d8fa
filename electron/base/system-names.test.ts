import { describe, expect, it } from 'vitest';
import { systemAddresses } from './system-names.ts';

describe('the system', () => {
  it('is asked for a name in a process of its own, which brings all addresses', async () => {
    expect(await systemAddresses('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await systemAddresses('::1')).toEqual([{ address: '::1', family: 6 }]);
  });

  it('says what is wrong with a name by its code', async () => {
    // Without a network there is no name server that could deny it.
    await expect(systemAddresses('nobody.invalid')).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/u),
    });
  });

  it('is not asked for this machine', async () => {
    const loopback = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    for (const name of ['localhost', 'LOCALHOST.', 'page.localhost'])
      expect(await systemAddresses(name)).toEqual(loopback);
  });

  it('keeps nobody waiting who gives up', async () => {
    const ended = new AbortController();
    const asked = systemAddresses('nobody.invalid', ended.signal);
    ended.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ECANCELLED' });
    await expect(systemAddresses('nobody.invalid', AbortSignal.abort())).rejects.toMatchObject({
      code: 'ECANCELLED',
    });
  });

  it('gets the name as it is, whatever it looks like', async () => {
    await expect(systemAddresses('--version')).rejects.toMatchObject({ code: expect.any(String) });
  });
});
