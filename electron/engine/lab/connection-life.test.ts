import { describe, expect, it } from 'vitest';

import { liveConnection } from './connection-life.ts';

describe('the life of a connection', () => {
  it.runIf(process.platform === 'linux')('is told by the system step by step', async () => {
    const { steps, isTold, clientPort, serverPort } = await liveConnection(new AbortController().signal);
    expect(isTold).toBe(true);
    expect(steps).toEqual([
      { step: 'listen', server: 'LISTEN' },
      { step: 'connect', client: 'ESTABLISHED', server: 'ESTABLISHED' },
      { step: 'client-end', client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' },
      { step: 'server-end', client: 'TIME-WAIT' },
    ]);
    expect(clientPort).not.toBe(serverPort);
  });

  it('ends with its window', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(liveConnection(abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
