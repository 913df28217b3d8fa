import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { fileOf, handshake, pcapngOf, ping } from '../../engine/testing/packets.ts';
import { fakeCall } from '../testing/fake-world.ts';

const golden = (name: string): string =>
  join(import.meta.dirname, '../../engine/capture/pcapng/golden', `${name}.pcapng`);

const inspected = async (...args: readonly string[]) => {
  const call = fakeCall(['inspect', ...args]);
  const exitCode = await call.run();
  return { ...call, exitCode };
};

describe('inspect -', () => {
  const piped = async (input: readonly Uint8Array[], ...args: readonly string[]) => {
    const call = fakeCall(['inspect', '-', ...args], { input });
    return { ...call, exitCode: await call.run() };
  };
  const whole = readFileSync(golden('whole'));

  it('lists what standard input brings, each connection before its first row', async () => {
    const { exitCode, stdout } = await piped([whole.subarray(0, 500), whole.subarray(500)]);
    const file = await inspected(golden('whole'));
    expect(exitCode).toBe(0);
    expect(stdout.lines).toEqual(file.stdout.lines.filter((line) => line !== ''));
    const json = await piped([gzipSync(whole)], '--json', '--filter', 'DATA');
    expect(json.stdout.events.map(({ event }) => event)).toEqual(['connection', 'frame']);
  });

  it('tells a connection again in JSON when more is known of it', async () => {
    const sent = [...handshake, { at: 1, bytes: ping }];
    const hello = { alias: 'Ada', deviceId: 'a1'.repeat(32), app: 'x', platform: 'linux', capabilities: [] };
    const frame = encodeFrame('HELLO', { id: 0 }, { ...hello, versions: [1], digests: ['blake3'] });
    const before = pcapngOf(sent);
    const all = pcapngOf([...sent, { at: 1 + ping.length, bytes: frame }]);
    const { stdout } = await piped([before, all.subarray(before.length)], '--json');
    const connections = stdout.events.filter(({ event }) => event === 'connection');
    expect(connections).toMatchObject([{ near: { port: 40_000 } }, { near: { alias: 'Ada' } }]);
    expect(stdout.events.map(({ event }) => event).at(-1)).toBe('connection');
  });

  it('shows a frame and chunks of it as of a file', async () => {
    const file = await inspected(golden('whole'), '--frame', '5');
    expect((await piped([whole], '--frame', '5')).stdout.text).toBe(file.stdout.text);
    const chunks = await inspected(golden('whole'), '--chunks');
    expect((await piped([whole], '--chunks')).stdout.text).toBe(chunks.stdout.text);
  });

  it('shows what came before it was cut off, and says so', async () => {
    const { exitCode, stdout, stderr } = await piped([whole.subarray(0, -120)]);
    expect([exitCode, stdout.lines.length > 5]).toEqual([0, true]);
    expect(stderr.text).toContain('It ends in the middle of a packet.');
  });

  it('is no place to type at', async () => {
    const call = fakeCall(['inspect', '-'], { isTerminal: true });
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('A capture cannot be typed');
  });
});

describe('inspect', () => {
  it('lists connections, then everything that happened, in words', async () => {
    const { exitCode, stdout } = await inspected(golden('whole'));
    expect(exitCode).toBe(0);
    expect(stdout.lines).toEqual([
      'Connection 1: 192.0.2.1:40000 to 192.0.2.2:18520, control, decrypted, TLSv1.3',
      '',
      '   No.         Time  Conn      Type         Id   Length  Summary',
      '     1     0.000000     1  ->  (connect)                 TCP is connected',
      '     2     0.000000     1  <-  (tls)                     TLSv1.3, TLS_AES_128_GCM_SHA256',
      '     3     0.001000     1  ->  PING          0        2  Asks for a sign of life.',
      '     4     0.002000     1  <-  PING          0        2  Asks for a sign of life.',
      '     5     0.002000     1  <-  DATA          1      348  file 0, 300 bytes at 0',
      '     6     0.003000     1  ->  (fin)                     the near side has ended',
      '     7     0.004000     1  <-  (fin)                     the far side has ended',
      '     8     0.004000     1  ->  (close)                   Both sides had ended.',
    ]);
  });

  it('lists only what a filter lets through', async () => {
    const { exitCode, stdout } = await inspected(golden('whole'), '--filter', 'type == DATA', '--json');
    expect(exitCode).toBe(0);
    expect(stdout.events.map(({ event }) => event)).toEqual(['connection', 'frame']);
    expect(stdout.events[1]).toMatchObject({ type: 'DATA', id: 1, length: 348, kept: 348, chunks: 'sticky' });
  });

  it('finds text in the case of any script, whatever case it is asked in', async () => {
    const types = async (filter: string) =>
      (await inspected(golden('whole'), '--filter', filter, '--json')).stdout.events
        .filter(({ event }) => event === 'frame')
        .map(({ number }) => number);
    expect(await types('"hxd1"')).toEqual([3, 4, 5]);
    expect(await types('text contains "HXD1"')).toEqual([3, 4, 5]);
    expect(await types('bytes contains 68:78:64:31')).toEqual([]);
  });

  it('says in words what is wrong with a filter', async () => {
    expect((await inspected('x', '--filter', 'len >')).stderr.text).toContain('The filter ends too early.');
    expect((await inspected('x', '--filter', '(len > 1')).stderr.text).toContain('A bracket is not closed.');
  });

  it('lets a filter choose among chunks, and refuses a frame that does not fit', async () => {
    const chunks = await inspected(golden('whole'), '--chunks', '--filter', 'DATA', '--json');
    expect(chunks.stdout.events).toMatchObject([{ event: 'chunk', held: [{}, { type: 'DATA' }] }]);
    const none = await inspected(golden('whole'), '--chunks', '--filter', 'MANIFEST');
    expect([none.exitCode, none.stdout.lines]).toEqual([0, []]);
    expect(none.stderr.text).toContain('No record fits the filter.');
    const frame = await inspected(golden('whole'), '--frame', '5', '--filter', 'PING');
    expect([frame.exitCode, frame.stdout.lines]).toEqual([0, []]);
    expect(frame.stderr.text).toContain('Record 5 does not fit the filter.');
    expect((await inspected(golden('whole'), '--frame', '5', '--filter', 'DATA')).stdout.text).toContain(
      'DATA',
    );
  });

  it('shows a frame as a tree and as bytes, and how it came', async () => {
    const { stdout } = await inspected(golden('whole'), '--frame', '5');
    expect(stdout.text).toContain('    64 +300         content:');
    expect(stdout.text).toContain(
      String.raw`00000000  48 58 44 31 00 00 01 5c  27 00 00 00 00 00 00 01  |HXD1...\'.......|`,
    );
    expect(stdout.lines.at(-1)).toBe(
      'It came as bytes 18 to 381 of its stream, in 1 chunk with bytes of PING #4.',
    );
  });

  it('shows which frames each chunk held', async () => {
    const { stdout } = await inspected(golden('whole'), '--chunks');
    expect(stdout.text).toContain('sticky  PING #4 (whole, 18 bytes), DATA #5 (whole, 364 bytes)');
  });

  it('says what a capture does not hold, and never shows it as zeros', async () => {
    const { stdout } = await inspected(golden('exported-pdu'), '--frame', '3');
    expect(stdout.lines).toContain('... 264 more bytes, not in the capture');
    expect(stdout.text).toContain('not captured: 264 bytes');
  });

  it('refuses a record that is not there, and two views at once', async () => {
    const missing = await inspected(golden('whole'), '--frame', '99');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr.text).toContain('There is no record 99 in the capture.');
    expect((await inspected(golden('whole'), '--frame', '1', '--chunks')).exitCode).toBe(2);
  });

  it('refuses what is no filter before it reads the file', async () => {
    const { exitCode, stderr } = await inspected('/nowhere', '--filter', 'colour == red');
    expect(exitCode).toBe(2);
    expect(stderr.text).toContain('There is no such field. At character 1: "colour". Allowed: type, dir,');
  });

  it('says what cannot be read', async () => {
    expect((await inspected('/nowhere')).stderr.text).toContain('There is no such file.');
    expect((await inspected(import.meta.filename)).stderr.text).toContain('neither pcapng nor pcap');
    expect((await inspected(import.meta.dirname)).stderr.text).toContain('It is a folder.');
  });
});

describe('inspect, of a capture that lacks something', () => {
  const content = new Uint8Array(3_000).fill(0x61);
  const data = encodeFrame('DATA', { id: 1 }, { file: 0, offset: 0, digest: new Uint8Array(32), content });
  const list = encodeFrame('LIST', { id: 2 }, { path: 'p'.repeat(80) });
  const part = (from: number, to: number) => ({ at: 1 + from, bytes: data.subarray(from, to) });
  const path = fileOf(
    pcapngOf([
      ...handshake,
      part(0, 1_000),
      part(2_000, data.length),
      { at: 1 + data.length, bytes: Uint8Array.of(1, 2, 3) },
      { at: 4 + data.length, bytes: list.subarray(0, 24) },
    ]),
  );

  it('says so in the list and in the notes', async () => {
    const { stdout, stderr } = await inspected(path);
    const words = stdout.lines.slice(4).map((line) => line.slice(57));
    expect(words).toEqual([
      'file 0, 3000 bytes at 0 (1,000 of its bytes are not in the capture)',
      '1,000 bytes are not in the capture',
      '3 bytes that belong to no frame: no frame starts with them',
      'Asks what is in a folder, or with an empty path which shares there are. (cut off behind 8 of 91 bytes)',
    ]);
    expect(stderr.text).toContain('1,000 bytes of the streams are in no packet of it, in 1 place.');
  });

  it('says so in JSON', async () => {
    const { stdout } = await inspected(path, '--json');
    expect(stdout.events.slice(2)).toMatchObject([
      { event: 'frame', type: 'DATA', kept: data.length - 1_016, lacking: 1_000 },
      { event: 'gap', length: 1_000, offset: 1_000, places: 1 },
      { event: 'loose', length: 3, reason: 'bad-magic' },
      { event: 'frame', type: 'LIST', cutOff: true, kept: 8 },
    ]);
  });

  it('shows a frame on both sides of what is missing, and never zeros in its place', async () => {
    const { stdout } = await inspected(path, '--frame', '2');
    const lines = stdout.lines;
    const at = lines.indexOf('... 1,000 bytes not in the capture');
    expect(lines[at - 1]).toMatch(/^000003e0 {2}(?:61 ){8}/u);
    expect(lines[at + 1]).toMatch(/^000007d0 {2}(?:61 ){8}/u);
    expect(lines.find((line) => line.includes('not captured'))).toMatch(
      /^ *1000 \+1000 +not captured: 1000 bytes/u,
    );
    const json = (await inspected(path, '--frame', '2', '--json')).stdout.events[0];
    expect(json?.['missing']).toEqual([{ offset: 1_000, length: 1_000 }]);
    expect(json?.['bytes']).toBe(
      Buffer.from(data.subarray(0, 1_000)).toString('hex') +
        '..'.repeat(1_000) +
        Buffer.from(data.subarray(2_000)).toString('hex'),
    );
  });

  it('shows a frame that was cut off as such', async () => {
    const { stdout } = await inspected(path, '--frame', '5');
    expect(stdout.lines).toContain('... 83 more bytes, which never came: the stream ended before');
    expect(stdout.lines.at(-1)).toContain('the first 24 of its 107, in 1 chunk which held nothing else');
    expect((await inspected(path, '--chunks')).stdout.text).toContain('LIST #5 (bytes 0 to 23 of 107)');
  });
});

describe('--capture', () => {
  it('takes standard output for itself, where words leave it free', async () => {
    const send = fakeCall(['send', 'x', '--to', '10.0.0.5', '--capture', '-']);
    expect(await send.run()).toBe(2);
    const both = fakeCall(['receive', '--yes', '--once', '--capture', '-', '--json']);
    expect(await both.run()).toBe(2);
  });

  it('has no form without a file', async () => {
    const call = fakeCall(['ls', '10.0.0.5', '--capture-format', 'exported-pdu']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('give --capture FILE as well');
  });

  it('knows two forms', async () => {
    const call = fakeCall(['ls', '10.0.0.5', '--capture', 'x', '--capture-format', 'pcap']);
    expect(await call.run()).toBe(2);
    expect(call.stderr.text).toContain('raw-ip, exported-pdu');
  });
});
