// Lanes as the document tells them: a raw sink fetches over one; and lanes that are stolen, mistaken, or break the
// rules cost their own transfer and nobody else's.

import { randomBytes } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { frame, jsonOf, last, RawListener } from './raw-peer.ts';
import type { RawPeer } from './raw-peer.ts';
import {
  chainOf,
  chunkBytes,
  data,
  end,
  finish,
  manifest,
  newTransferId,
  offer,
  offered,
  pack,
  sendFile,
} from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({ command: 'share', flags: ['--writable'], target: { small: 'small' } });
const content = randomBytes(2 * chunkBytes + 5);

/** More than all buffers on the way hold: it flows as long as nobody reads it. */
const hugeBytes = 64 * 1_048_576;

beforeAll(() => {
  writeFileSync(join(siege.target, 'large'), content);
  writeFileSync(join(siege.target, 'huge'), '');
  truncateSync(join(siege.target, 'huge'), hugeBytes);
});

interface Fetching {
  readonly control: RawPeer;
  readonly token: string;
}

/** Asks for a file in a session with lanes. */
async function fetching(name = 'large'): Promise<Fetching> {
  const control = await siege.greet({ capabilities: ['lane'] });
  control.send('GET', 1, { transfer: newTransferId(), paths: [`target/${name}`] });
  const { lane } = jsonOf(await control.expect('OFFER')) as { lane: { token: string; port?: number } };
  expect(lane.port).toBeUndefined();
  await control.expect('MANIFEST');
  return { control, token: lane.token };
}

async function joined({ token }: Pick<Fetching, 'token'>, channel = 1): Promise<RawPeer> {
  const lane = await siege.dial();
  lane.send('LANE', 0, { token }, { channel });
  const answer = await lane.expect('JOINED');
  expect(answer.channel).toBe(channel);
  return lane;
}

const accept = { bulk: 'lane' };

describe('a raw sink', () => {
  test('fetches over a lane, the bulk there and the words here', async () => {
    const at = await fetching();
    const lane = await joined(at);
    at.control.send('ACCEPT', 1, accept);
    at.control.send('WANT', 1, { first: 0, count: 1 });
    const chunks: Buffer[] = [];
    for (let chunk = 0; chunk < 3; chunk += 1) {
      const { payload, channel, id } = await lane.expect('DATA');
      expect({ channel, id }).toEqual({ channel: 1, id: 1 });
      chunks.push(payload.subarray(48));
    }
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect((await lane.expect('END')).payload.subarray(16).equals(chainOf(content))).toBe(true);
    await lane.expect('FINISH');
    at.control.send('DONE', 1, { files: 1, bytes: content.length, skipped: 0, failed: 0, resumedBytes: 0 });
    await lane.gone;
    at.control.send('LIST', 3, { path: '' });
    await at.control.expect('LISTING');
  });

  test('may leave a lane unused', async () => {
    const at = await fetching();
    const lane = await joined(at);
    at.control.send('ACCEPT', 1, { bulk: 'inline' });
    at.control.send('WANT', 1, { first: 0, count: 1 });
    await at.control.expect('DATA');
    await lane.gone;
  });

  test('that has no lanes is offered none', async () => {
    const control = await siege.greet();
    control.send('GET', 1, { transfer: newTransferId(), paths: ['target/large'] });
    expect(jsonOf(await control.expect('OFFER'))['lane']).toBeUndefined();
  });
});

describe('a raw source', () => {
  test('is dialed for a lane, and sends its bulk there', async () => {
    const listener = siege.world.keep(await RawListener.open());
    const control = await siege.greet({ capabilities: ['lane'] });
    const large = randomBytes(40 * chunkBytes);
    const entries = [{ name: 'by lane', size: large.length }];
    const token = 'cd'.repeat(16);
    control.send(
      'OFFER',
      1,
      offer(entries, { target: { path: 'target' }, lane: { port: listener.port, token } }),
    );
    control.send('MANIFEST', 1, manifest(entries), { flags: last });
    const lane = siege.world.keep(await listener.accept());
    const asking = await lane.expect('LANE');
    expect(asking.channel).toBe(1);
    expect(jsonOf(asking)).toMatchObject({ token });
    lane.send('JOINED', 0, {}, { channel: 1 });
    expect(jsonOf(await control.expect('ACCEPT'))).toMatchObject(accept);
    await control.expect('WANT');
    for (let at = 0; at < large.length; at += chunkBytes) {
      lane.send('DATA', 1, data(0, at, large.subarray(at, at + chunkBytes)), { channel: 1 });
    }
    lane.send('END', 1, end(0, large.length, chainOf(large)), { channel: 1 });
    lane.send('FINISH', 1, finish(), { channel: 1 });
    expect(jsonOf(await control.expect('DONE'))).toMatchObject({ files: 1, bytes: large.length });
    expect(siege.landed()).toContain('by lane');
  });

  test('whose lane never answers gets an inline ACCEPT', async () => {
    const listener = siege.world.keep(await RawListener.open());
    const control = await siege.greet({ capabilities: ['lane'] });
    const large = randomBytes(40 * chunkBytes);
    const entries = [{ name: 'inline after all', size: large.length }];
    const lane = { port: listener.port, token: 'ef'.repeat(16) };
    await offered(control, 1, entries, { target: { path: 'target' }, lane });
    sendFile(control, 1, 0, large);
    control.send('FINISH', 1, finish());
    await control.expect('DONE');
  });

  test('cannot make the sink dial a port of its own machine that is no lane', async () => {
    const control = await siege.greet({ capabilities: ['lane'] });
    const large = randomBytes(40 * chunkBytes);
    const entries = [{ name: 'looped', size: large.length }];
    // The sink's own port: it answers transfer-unknown there.
    const lane = { port: siege.port, token: 'ab'.repeat(16) };
    await offered(control, 1, entries, { target: { path: 'target' }, lane });
    sendFile(control, 1, 0, large);
    control.send('FINISH', 1, finish());
    await control.expect('DONE');
  });
});

describe('a token', () => {
  test('that nobody gave is refused', async () => {
    await fetching();
    const lane = await siege.dial();
    lane.send('LANE', 0, { token: '00'.repeat(16) }, { channel: 1 });
    expect(await lane.sessionError()).toBe('transfer-unknown');
  });

  test('serves once', async () => {
    const at = await fetching();
    await joined(at);
    const second = await siege.dial();
    second.send('LANE', 0, { token: at.token }, { channel: 1 });
    expect(await second.sessionError()).toBe('transfer-unknown');
    at.control.send('ACCEPT', 1, accept);
  });

  test('serves no more when its transfer is over', async () => {
    const at = await fetching();
    at.control.send('CANCEL', 1, { code: 'cancelled', message: '' });
    await at.control.expect('CANCEL');
    const late = await siege.dial();
    late.send('LANE', 0, { token: at.token }, { channel: 1 });
    expect(await late.sessionError()).toBe('transfer-unknown');
  });
});

const sinkWords: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['a request', frame('LIST', 1, { path: '' }, { channel: 1 })],
  ['bulk to the source', frame('DATA', 1, data(0, 0, Buffer.from('x')), { channel: 1 })],
  ['another HELLO', frame('HELLO', 0, {}, { channel: 1 })],
  ['LANE again', frame('LANE', 0, { token: 'ab'.repeat(16) }, { channel: 1 })],
  [
    'a frame of another channel',
    frame('PACK', 1, pack([{ index: 0, content: Buffer.alloc(1) }]), { channel: 2 }),
  ],
  ['noise', Buffer.alloc(100, 0x5a)],
];

describe('a lane', () => {
  test.each(sinkWords)(
    'on which the sink says %s while the bulk flows ends the transfer',
    async (_what, bytes) => {
      const at = await fetching('huge');
      const lane = await joined(at);
      at.control.send('ACCEPT', 1, accept);
      at.control.send('WANT', 1, { first: 0, count: 1 });
      await lane.expect('DATA');
      lane.socket.pause();
      lane.write(bytes);
      expect(await at.control.sessionError()).not.toBe('closed without a word');
    },
  );

  test.each(sinkWords)('on which the sink says %s before ACCEPT is closed', async (_what, bytes) => {
    const lane = await joined(await fetching());
    lane.write(bytes);
    expect(await lane.sessionError()).not.toBe('closed without a word');
  });

  test('that ends while its transfer flows ends the session in words', async () => {
    const at = await fetching();
    const lane = await joined(at);
    at.control.send('ACCEPT', 1, accept);
    lane.close();
    expect(await at.control.sessionError()).toBe('connection-lost');
  });

  test('that was joined and whose session is gone goes too', async () => {
    const at = await fetching();
    const lane = await joined(at);
    at.control.close();
    await lane.gone;
  });
});

siege.servesAfterwards();
