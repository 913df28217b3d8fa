/** The capture of a busy quarter of a minute: a push over TLS with a lane, a visitor on a plain connection, a stranger. */

import { flagLast } from '../../shared/protocol/header.ts';
import { CaptureScript } from './capture-fixture.ts';
import { idOf, transfers } from './fixture.ts';

const digest = (seed: number): string => idOf(seed + 900);
const secure = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
const near = { address: '192.168.1.10', port: 18_520, alias: 'ada' };
const chunk = 262_144;

/** A picture of a camera: begins like one, goes on as compressed data looks. */
const rawPicture = (seed: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes.set(new TextEncoder().encode('\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom'));
  return bytes;
};

/** As it stands in bulk frames. */
const binaryDigest = (seed: number): Uint8Array =>
  Uint8Array.from(digest(seed).match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));

export function busyCapture(keepBytes?: number): CaptureScript {
  const script = new CaptureScript(keepBytes);
  const transferId = transfers[0]?.id ?? idOf(1).slice(0, 32);
  script.connect({ number: 0, near, far: { address: '', port: 0 }, dialer: 'far' });
  script.event(0, 'listen', 'out', 'Listening on port 18520.');

  // A push to studio.
  const studio = { address: '192.168.1.23', port: 18_520, alias: 'studio', deviceId: idOf(1) };
  script
    .wait(812.4)
    .connect({ number: 1, near: { ...near, port: 51_882 }, far: studio, dialer: 'near', secure, channel: 0 });
  script
    .event(1, 'connect', 'out')
    .wait(3.1)
    .event(1, 'tls', 'in', 'TLSv1.3, TLS_AES_256_GCM_SHA384')
    .wait(0.4);
  script
    .frame(1, 'out', 'HELLO', 0, {
      versions: [1],
      app: 'hexdrop 0.1.0',
      alias: 'ada',
      deviceId: idOf(7),
      platform: 'linux',
      capabilities: ['lane'],
      digests: ['blake3', 'sha256'],
    })
    .arrive(1, 'out')
    .wait(2.2);
  script
    .frame(1, 'in', 'WELCOME', 0, {
      version: 1,
      app: 'hexdrop 0.1.0',
      alias: 'studio',
      deviceId: idOf(1),
      platform: 'darwin',
      capabilities: ['lane'],
      digest: 'blake3',
    })
    .arrive(1, 'in')
    .wait(0.9);
  script.frame(1, 'out', 'OFFER', 1, {
    transfer: transferId,
    roots: [
      { name: 'Iceland 2026', kind: 'folder', size: 0 },
      { name: 'route.gpx', kind: 'file', size: 48_211 },
    ],
    rootCount: 2,
    totals: { files: 4, folders: 2, bytes: 1_640_019, complete: true },
    lane: { token: '00112233445566778899aabbccddeeff' },
  });
  script
    .frame(
      1,
      'out',
      'MANIFEST',
      1,
      {
        page: 0,
        first: 0,
        entries: [
          ['folder', 'Iceland 2026', 0, -1],
          ['folder', 'raw', 0, 0],
          ['file', 'IMG_4821.CR3', 786_432, 1],
          ['file', 'IMG_4822.CR3', 805_376, 1],
          ['file', 'Þingvellir 冰岛.txt', 38, 0],
          ['file', 'route.gpx', 48_211, -1],
        ].map(([kind, name, size, parent], index) => ({
          kind: kind as 'folder' | 'file',
          executable: false,
          parent: parent as number,
          size: size as number,
          mtime: 1_795_000_000_000_000 + index * 1_234_567,
          version: idOf(index + 60).slice(0, 32),
          name: name as string,
        })),
      },
      flagLast,
    )
    .arrive(1, 'out')
    .wait(4_213.6);
  script.frame(1, 'in', 'ACCEPT', 1, { bulk: 'lane' });
  script
    .frame(1, 'in', 'WANT', 1, {
      first: 0,
      count: 6,
      resume: [[3, 524_288, digest(3)]],
    })
    .arrive(1, 'in')
    .wait(1.4);

  // Its lane.
  script.connect({
    number: 2,
    near: { ...near, port: 18_520 },
    far: { ...studio, port: 60_412 },
    dialer: 'far',
    secure,
    channel: 1,
    laneOf: 1,
  });
  script
    .event(2, 'accept', 'in')
    .wait(2.6)
    .event(2, 'tls', 'in', 'TLSv1.3, TLS_AES_256_GCM_SHA384')
    .wait(0.3);
  script
    .frame(2, 'in', 'LANE', 0, { token: '00112233445566778899aabbccddeeff', deviceId: idOf(1) })
    .arrive(2, 'in')
    .wait(0.6);
  script.frame(2, 'out', 'JOINED', 0, {}).arrive(2, 'out').wait(0.4);
  script.transfers.push({ transferId, connection: 1, id: 1, lanes: [2] });
  const data = (file: number, offset: number, length: number): void => {
    script.frame(2, 'out', 'DATA', 1, {
      file,
      offset,
      digest: binaryDigest(file * 10 + offset),
      content: rawPicture(file + offset, length),
    });
  };
  for (let at = 0; at < 3; at += 1) data(2, at * chunk, chunk);
  script.frame(2, 'out', 'END', 1, { file: 2, size: 786_432, digest: binaryDigest(2) });
  script.arrive(2, 'out', chunk + 64).wait(18.4);
  data(3, 524_288, chunk);
  data(3, 786_432, 18_944);
  script.frame(2, 'out', 'END', 1, { file: 3, size: 805_376, digest: binaryDigest(3) });
  script.frame(2, 'out', 'PACK', 1, {
    entries: [
      {
        file: 4,
        digest: binaryDigest(4),
        content: new TextEncoder().encode('The wind was the loudest thing there.\n'),
      },
      { file: 5, digest: binaryDigest(5), content: rawPicture(5, 48_211) },
    ],
  });
  script.arrive(2, 'out', 65_536).wait(1_604.1);
  script.frame(1, 'in', 'ACK', 1, { settled: 3, bytes: 786_432 }).arrive(1, 'in').wait(11.2);
  script
    .frame(2, 'out', 'FINISH', 1, { files: 4, bytes: 1_115_731, failed: 0, omitted: 0 })
    .arrive(2, 'out')
    .wait(6.1);
  script.frame(1, 'in', 'ACK', 1, { settled: 6, bytes: 1_115_731 });
  script
    .frame(1, 'in', 'DONE', 1, { files: 4, bytes: 1_115_731, skipped: 0, failed: 0, resumedBytes: 524_288 })
    .arrive(1, 'in')
    .wait(31);

  // A visitor on a plain connection: small frames that stick together and fall apart.
  const lea = { address: '192.168.1.77', port: 49_310, alias: '书房的笔记本', deviceId: idOf(2) };
  script.connect({ number: 3, near, far: lea, dialer: 'far', channel: 0 });
  script.event(3, 'accept', 'in').wait(1.8);
  script.frame(3, 'in', 'HELLO', 0, {
    versions: [1],
    app: 'hexdrop 0.1.0',
    alias: '书房的笔记本',
    deviceId: idOf(2),
    platform: 'win32',
    capabilities: [],
    digests: ['sha256'],
  });
  script.arrive(3, 'in', 9, 120, 300).wait(0.9);
  script
    .frame(3, 'out', 'WELCOME', 0, {
      version: 1,
      app: 'hexdrop 0.1.0',
      alias: 'ada',
      deviceId: idOf(7),
      platform: 'linux',
      capabilities: [],
      digest: 'sha256',
    })
    .arrive(3, 'out')
    .wait(12.5);
  script.frame(3, 'in', 'LIST', 1, { path: '' });
  script.frame(3, 'in', 'STAT', 3, { path: 'photos' });
  script.frame(3, 'in', 'TEXT', 5, { text: '到了吗？ The gate code is in the notes.' });
  script.arrive(3, 'in', 40, 25, 400).wait(0.8);
  script.frame(3, 'out', 'LISTING', 1, {
    path: '',
    writable: false,
    more: false,
    entries: [
      { name: 'photos', kind: 'share', mtime: 1_795_000_000_000_000 },
      { name: 'films', kind: 'share', mtime: 1_794_000_000_000_000, locked: true },
    ],
  });
  script.frame(3, 'out', 'ENTRY', 3, {
    path: 'photos',
    entry: { name: 'photos', kind: 'share', mtime: 1_795_000_000_000_000 },
  });
  script.frame(3, 'out', 'TAKEN', 5, {}).arrive(3, 'out').wait(812);
  script.frame(3, 'in', 'GET', 7, {
    transfer: idOf(31).slice(0, 32),
    paths: ['films/The Long Take (1987).mkv'],
  });
  script.arrive(3, 'in').wait(0.5);
  script
    .frame(3, 'out', 'ERROR', 7, { code: 'pin-required', message: 'This share asks for a PIN.' })
    .arrive(3, 'out')
    .wait(2_290);
  script.event(3, 'reset', 'in', 'The connection broke: ECONNRESET.', 'connection-lost');
  script.event(3, 'close', 'in', 'Closed there.').wait(140);

  // A stranger.
  script.event(
    0,
    'refused',
    'in',
    '192.168.1.200:40022: A connection began with 47 45 54 20, which is another protocol.',
    'bad-magic',
  );
  script.wait(600);
  script.frame(1, 'out', 'PING', 0, {}).arrive(1, 'out').wait(2.4);
  script.frame(1, 'in', 'PONG', 0, {}).arrive(1, 'in').wait(700);
  script.frame(1, 'out', 'BYE', 0, { reason: 'done' }).arrive(1, 'out').wait(0.2);
  script.event(1, 'fin', 'out').wait(1.6).event(1, 'fin', 'in').event(1, 'close', 'out', 'Closed here.');
  return script.finish();
}
