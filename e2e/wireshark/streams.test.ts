// What the dissector makes of streams: whose they are, where they end, which files they carry, and what it says of them in
// the Info column.

import { afterAll, describe, expect, it } from 'vitest';

import { encodeFrame } from '../../shared/protocol/codec.ts';
import { needs } from '../support/needs.ts';
import { end, handshake, pcapOf } from './pcap.ts';
import type { Segment } from './pcap.ts';
import { openTshark } from './tshark.ts';
import { bytesOf, exampleSession as session, vectorsOf } from './vectors.ts';

const need = needs('tshark', 'the Wireshark dissector knows whose stream it reads');
const tshark = need.available ? openTshark(need.path) : undefined;
afterAll(() => tshark?.close());

const column = (segments: readonly Segment[], field: string, ...args: readonly string[]): readonly string[] =>
  (tshark as NonNullable<typeof tshark>).column(pcapOf(segments), field, ...args);

/** The one line that tshark prints. */
const words = (segments: readonly Segment[], field: string, ...args: readonly string[]): string =>
  (tshark as NonNullable<typeof tshark>)
    .run(pcapOf(segments), '-T', 'fields', '-e', field, ...args)
    .trimEnd();

const text = (content: string): Segment => ({ bytes: new TextEncoder().encode(content) });

/** A TLS record with a body that nobody can read. */
const record = (content: number, body: number): Segment => {
  const head = Uint8Array.of(content, 3, 3, body >> 8, body & 0xff);
  return { bytes: Buffer.concat([head, Buffer.alloc(body, 0xa5)]) };
};

/** As short as one can be: version, random, no session, one cipher suite, no compression, no extension. */
const clientHello: Segment = {
  bytes: Buffer.concat([
    bytesOf('160301002f0100002b0303'),
    Buffer.alloc(32, 7),
    bytesOf('000002130101000000'),
  ]),
};

describe.skipIf(!need.available)('tshark with our dissector', () => {
  it('leaves TLS on our port to TLS', () => {
    const encrypted = [...handshake, clientHello, record(23, 900), record(23, 16_401), end('FIN')];
    expect(column(encrypted, 'hexdrop')).toEqual([]);
    expect(column(encrypted, 'tls.record.content_type')).toEqual(['22', '23', '23']);
  });

  it('leaves TLS to TLS when the capture begins in the middle of it, and in the middle of a record', () => {
    const whole = Buffer.concat([record(23, 16_401).bytes, record(23, 700).bytes, record(23, 800).bytes]);
    for (const from of [0, 16_000]) {
      const midway = [{ bytes: whole.subarray(from) }, record(23, 300)];
      expect(column(midway, 'hexdrop')).toEqual([]);
      expect(column(midway, 'tls.record.content_type')).toContain('23');
    }
  });

  it('knows a new connection between the same ports for what it is', () => {
    const twice = [...handshake, ...session, end('FIN'), ...handshake, clientHello, record(23, 50)];
    expect(column(twice, 'tls.record.content_type')).toEqual(['22', '23']);
    const back = [...handshake, clientHello, record(23, 50), end('FIN'), ...handshake, ...session];
    expect(column(back, 'hexdrop.type').length).toBe(session.length);
  });

  it('leaves another protocol on our port to others, and shows our answer to it', () => {
    const refusal: Segment = {
      bytes: encodeFrame('ERROR', { id: 0 }, { code: 'bad-magic', message: 'That is not Hexdrop.' }),
      isAnswer: true,
    };
    const web = [...handshake, text('GET / HTTP/1.1\r\nHost: nas\r\n\r\n')];
    expect(column(web, 'http.request.method')).toEqual(['GET']);
    expect(column(web, 'hexdrop')).toEqual([]);
    const shell = [...handshake, text('SSH-2.0-OpenSSH_9.2p1\r\n'), refusal];
    expect(column(shell, 'hexdrop.type')).toEqual(['ERROR']);
    expect(column(shell, 'hexdrop.expert.out_of_sync')).toEqual([]);
  });

  it('says what loose bytes are instead of a frame', () => {
    const garbage = [...session, text('Hello there, who are you?')];
    expect(words(garbage, '_ws.expert.message', '-Y', 'hexdrop.out_of_sync')).toBe(
      'it begins with 48 65 6c 6c and not with 48 58 44 31',
    );
    const long = [...session, { bytes: bytesOf('485844310000ffff0300000000000000') }];
    expect(words(long, '_ws.expert.message', '-Y', 'hexdrop.out_of_sync')).toBe(
      'PING announces 65535 bytes of payload, 8192 are allowed',
    );
  });

  describe('shows a frame that the end of its stream cut off', () => {
    const list = bytesOf((vectorsOf('browse')[0] as { hex: string }).hex);
    const shown = (...segments: readonly Segment[]): readonly string[] =>
      column(
        [...handshake, ...session.slice(0, 2), ...segments],
        'hexdrop.type',
        '-Y',
        'hexdrop.expert.ended',
      );

    it.each(['FIN', 'RST'] as const)('with %s', (flag) => {
      expect(shown({ bytes: list.subarray(0, 24) }, end(flag))).toEqual(['LIST']);
    });

    it('with the reset of the other side', () => {
      expect(shown({ bytes: list.subarray(0, 24) }, end('RST', true))).toEqual(['LIST']);
    });

    it('but not with the end of the other side, nor one that became whole', () => {
      expect(shown({ bytes: list.subarray(0, 24) }, end('FIN', true))).toEqual([]);
      expect(shown({ bytes: list.subarray(0, 24) }, { bytes: list.subarray(24) }, end('FIN'))).toEqual([]);
    });

    it('even in its header', () => {
      const segments = [...handshake, ...session.slice(0, 2), { bytes: list.subarray(0, 9) }, end('FIN')];
      expect(column(segments, 'hexdrop.expert.ended').length).toBe(1);
    });

    it('in Info, with what came of it', () => {
      const segments = [...handshake, ...session.slice(0, 2), { bytes: list.subarray(0, 24) }, end('FIN')];
      expect(words(segments, '_ws.col.Info', '-Y', 'hexdrop.expert.ended')).toMatch(
        /LIST #1, cut off by the end of the stream$/u,
      );
    });
  });

  it('names the files of DATA, END and PACK by the manifest, in one pass and in two', () => {
    const paths = ['story.txt', 'story.txt', 'notes/empty.txt', 'notes/hello.txt'];
    expect(column(session, 'hexdrop.path')).toEqual(paths);
    expect(column(session, 'hexdrop.path', '-2')).toEqual(paths);
    expect(column(session.slice(6), 'hexdrop.path')).toEqual([]);
  });

  it('escapes in the Info column what reverses, hides or steers, and nothing else', () => {
    const message = 'a\u202eb\u0007c\u2028d\u00ade\u{1f600} 夜曲 ن\u200cم';
    const frame = encodeFrame('ERROR', { id: 0 }, { code: 'internal', message });
    expect(words([{ bytes: frame }], '_ws.col.Info')).toBe(
      'ERROR code=internal message=a\\u{202e}b\\u{0007}c\\u{2028}d\\u{00ad}e\u{1f600} 夜曲 ن\u200cم',
    );
  });
});
