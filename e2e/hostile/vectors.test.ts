// The bad vectors, said to the real program by a raw peer: each in the state that it needs, each answered by its code.

import { describe, expect, test } from 'vitest';
import badFraming from '../../shared/protocol/vectors/bad-framing.json' with { type: 'json' };
import badManifest from '../../shared/protocol/vectors/bad-manifest.json' with { type: 'json' };
import badPayload from '../../shared/protocol/vectors/bad-payload.json' with { type: 'json' };
import framing from '../../shared/protocol/vectors/framing.json' with { type: 'json' };
import type { RawPeer } from './raw-peer.ts';
import { offer, offered } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege();

/** More entries at the top than OFFER shows: the manifest may bring any names. */
const shown = Array.from({ length: 100 }, (_, at) => ({ name: `shown ${at}` }));

const states: Readonly<Record<string, () => Promise<RawPeer>>> = {
  opened: () => siege.dial(),
  ready: () => siege.greet(),
  offered: async () => {
    const peer = await siege.greet();
    peer.send('OFFER', 1, offer(shown, { rootCount: 1_000_000 }));
    return peer;
  },
  flowing: async () => {
    const peer = await siege.greet();
    await offered(peer, 1, [{ name: 'a', size: 3 }]);
    return peer;
  },
};

const inState = (needs: string): Promise<RawPeer> => {
  const reach = states[needs];
  if (reach === undefined) throw new Error(`No state "${needs}".`);
  return reach();
};

describe.each([
  ['bad-framing.json', badFraming.vectors],
  ['bad-payload.json', badPayload.vectors],
  ['bad-manifest.json', badManifest.vectors],
])('%s', (_file, vectors) => {
  test.each(vectors)('$name: $error', async ({ hex, needs, error }) => {
    const peer = await inState(needs);
    peer.socket.end(Buffer.from(hex, 'hex'));
    // To a peer that has closed in the middle of a frame nothing is said.
    expect(await peer.sessionError()).toBe(error === 'truncated-frame' ? 'closed without a word' : error);
  });
});

test.each(badPayload.vectors.filter(({ needs }) => needs === 'flowing'))(
  'bulk is judged by the state before its payload: $name, without a transfer, is unexpected-frame',
  async ({ hex }) => {
    const peer = await siege.greet();
    peer.write(Buffer.from(hex, 'hex'));
    expect(await peer.sessionError()).toBe('unexpected-frame');
  },
);

test.each(framing.vectors.filter(({ frames }) => frames.every(({ type }) => type !== 'MANIFEST')))(
  'framing.json: $name',
  async ({ hex, frames }) => {
    const peer = await siege.greet();
    peer.write(Buffer.from(hex, 'hex'));
    for (const { type } of frames) if (type === 'PING') await peer.expect('PONG');
    peer.send('LIST', 1, { path: '' });
    await peer.expect('LISTING');
  },
);

siege.servesAfterwards();
