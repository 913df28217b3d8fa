import { expect, it } from 'vitest';

import { startHost } from './testing/hosts.ts';

it('a window on another machine shows nothing on the screen of this one, whatever its page asks for', async () => {
  const { open, asked } = await startHost();
  const { client, until } = open(undefined, true);
  expect((await until(() => true)).shell).toMatchObject({ isRemote: true, reveal: false });
  const refused = { code: 'not-supported' };
  await expect(client.call('program.openDownloads', {})).rejects.toMatchObject(refused);
  await expect(client.call('capture.wireshark', { source: 'live', format: 'raw-ip' })).rejects.toMatchObject(
    refused,
  );
  await expect(client.call('transfers.reveal', { id: '0'.repeat(32) })).rejects.toMatchObject(refused);

  const here = open();
  await here.until(() => true);
  await here.client.call('program.openDownloads', {});
  expect(asked).toHaveLength(1);
});
