import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readRecords } from '../../shared/model/capture-rows.ts';
import { startEngine } from '../engine/testing/engines.ts';
import { temporaryFolder } from '../base/testing/trees.ts';
import { startHost } from './testing/hosts.ts';

const captured = async () => {
  const host = await startHost();
  const window = host.open();
  const { client } = window;
  const snapshot = await window.until(({ self }) => self.listening !== undefined);
  const sender = await startEngine({ alias: 'sender' });
  const { listening } = snapshot.self;
  if (listening === undefined) throw new Error('it does not listen');
  void sender.engine.probe({ to: listening });
  return { host, window, client, sender };
};

const records = async (client: Awaited<ReturnType<typeof captured>>['client'], source = 'live') => {
  const { bytes } = await client.callForBytes('capture.records', { source, from: 1, waitMs: 5_000 });
  return readRecords(bytes);
};

describe('the capture, asked by a window', () => {
  it('is on from the start and answers rows, payloads, connections and ranges', async () => {
    const { client, sender } = await captured();
    await sender.next('session-closed');
    const rows = await records(client);
    const hello = rows.find(({ kind, type }) => kind === 'frame' && type === 0x01);
    expect(hello).toMatchObject({ direction: 'in', secure: true });
    const { value, bytes } = await client.callForBytes('capture.payload', {
      source: 'live',
      record: hello?.number ?? 0,
      offset: 0,
      length: 1_000,
    });
    expect(value).toMatchObject({ kept: Math.min(256, hello?.length ?? 0) });
    expect(Buffer.from(bytes).toString()).toContain('"alias":"sender"');
    const { connections } = await client.call('capture.connections', { source: 'live' });
    expect(connections.find(({ number }) => number === hello?.connection)).toMatchObject({
      dialer: 'far',
      far: { alias: 'sender' },
    });
    const needle = Buffer.from('SENDER').toString('hex');
    const { found } = await client.call('capture.search', {
      source: 'live',
      needle,
      ignoreCase: true,
      from: 1,
      most: 10,
    });
    expect(found).toContain(hello?.number);
  });

  it('exports into a folder, and for a download; and opens what it wrote', async () => {
    const { host, window, client, sender } = await captured();
    await sender.next('session-closed');
    const dir = await window.refFor(host.downloadDir);
    const saved = await client.call('capture.export', {
      source: 'live',
      format: 'raw-ip',
      dir,
      name: 'x.pcapng',
    });
    const path = join(host.downloadDir, 'x.pcapng');
    expect(statSync(path).size).toBe(saved.bytes);
    await expect(
      client.call('capture.export', { source: 'live', format: 'raw-ip', dir, name: 'x.pcapng' }),
    ).rejects.toMatchObject({ code: 'file-exists' });
    await expect(
      client.call('capture.export', { source: 'live', format: 'raw-ip', dir, name: '../x.pcapng' }),
    ).rejects.toMatchObject({ code: 'bad-arguments' });

    const made = await client.call('capture.export', { source: 'live', format: 'exported-pdu' });
    const { bytes } = await client.callForBytes('capture.exported', {
      exported: made.exported ?? '',
      offset: 0,
      length: 1_048_576,
    });
    expect(bytes.length).toBe(made.bytes);
    await client.call('capture.dropExport', { exported: made.exported ?? '' });
    await expect(
      client.call('capture.exported', { exported: made.exported ?? '', offset: 0, length: 1 }),
    ).rejects.toMatchObject({ code: 'ref-unknown' });

    const { source } = await client.call('capture.open', { ref: saved.ref ?? '' });
    await expect.poll(async () => (await client.call('capture.status', { source })).state).toBe('loaded');
    const rows = await records(client, source);
    expect(rows.filter(({ kind }) => kind === 'frame').length).toBeGreaterThan(1);
    await client.call('capture.close', { source });
    await expect(client.call('capture.status', { source })).rejects.toMatchObject({
      code: 'no-such-capture',
    });
  });

  it('takes a file that a page hands over in runs', async () => {
    const { host, window, client, sender } = await captured();
    await sender.next('session-closed');
    const dir = await window.refFor(host.downloadDir);
    await client.call('capture.export', { source: 'live', format: 'raw-ip', dir, name: 'x.pcapng' });
    const file = readFileSync(join(host.downloadDir, 'x.pcapng'));
    const first = await client.call(
      'capture.upload',
      { name: 'x.pcapng', isLast: false },
      { bytes: file.subarray(0, 100) },
    );
    const last = await client.call(
      'capture.upload',
      { upload: first.upload, name: 'x.pcapng', isLast: true },
      { bytes: file.subarray(100) },
    );
    const rows = await records(client, last.source);
    expect(rows.some(({ kind }) => kind === 'frame')).toBe(true);
  });

  it('can be paused, bounded and cleared', async () => {
    const { client, sender } = await captured();
    await sender.next('session-closed');
    await records(client);
    expect(await client.call('capture.configure', { state: 'paused', keepBytes: null })).toMatchObject({
      state: 'paused',
      keepBytes: null,
    });
    await client.call('capture.clear', {});
    expect(await client.call('capture.status', { source: 'live' })).toMatchObject({
      captured: 0,
      state: 'paused',
    });
    await expect(client.call('capture.configure', { budgetBytes: 5 })).rejects.toMatchObject({
      code: 'bad-arguments',
    });
  });

  it('forgets what a window loaded when the window closes', async () => {
    const { host, client, window } = await captured();
    const path = join(temporaryFolder(), 'words.txt');
    writeFileSync(path, 'no capture at all, only words');
    const { source } = await client.call('capture.open', { ref: await window.refFor(path) });
    const status = await client.call('capture.status', { source });
    expect(['loading', 'failed']).toContain(status.state);
    const other = host.open();
    client.close();
    await expect
      .poll(() =>
        other.client.call('capture.status', { source }).then(
          () => 'open',
          (error: { code: string }) => error.code,
        ),
      )
      .toBe('no-such-capture');
    expect(existsSync(path)).toBe(true);
  });
});
