import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { memoryLink } from '../testing/memory-link.ts';
import {
  deviceIds,
  endOf,
  helloBy,
  RawPeer,
  serverWith,
  sessionPair,
  welcomeBy,
  withRawPeer,
} from '../testing/session-pair.ts';

const listing = (path: string): Payload<'LISTING'> => ({ path, writable: false, entries: [], more: false });
const rejected = (code: string): unknown => expect.objectContaining({ code });

describe('a handshake', () => {
  it('tells each side who the other is and what both can do', async () => {
    const { dialer, listener } = await sessionPair();
    expect(dialer.session.peer).toMatchObject({
      deviceId: deviceIds.listener,
      alias: 'listener',
      secure: true,
      trust: 'known',
      port: 18_520,
    });
    expect(listener.session.peer).toMatchObject({
      deviceId: deviceIds.dialer,
      alias: 'dialer',
      secure: true,
    });
    expect(dialer.session.digest.name).toBe(listener.session.digest.name);
    expect([
      dialer.session.can('lane'),
      listener.session.can('lane'),
      dialer.session.can('x-flight'),
    ]).toEqual([true, true, false]);
  });

  it('works however the bytes are cut, read directly or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        async (directRead, sizes) => {
          let at = 0;
          const deliveryBytes = (): number => sizes[at++ % sizes.length] as number;
          const { dialer, listener } = await sessionPair({
            directRead,
            toListener: { deliveryBytes },
            toDialer: { deliveryBytes },
          });
          expect([dialer.session.peer.alias, listener.session.peer.alias]).toEqual(['listener', 'dialer']);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('uses only capabilities that both sides have', async () => {
    const link = memoryLink({ devices: deviceIds });
    const peer = new RawPeer(link, 'dialer');
    const ours = endOf(link, 'listener');
    peer.send('HELLO', 0, { ...helloBy(), capabilities: ['x-flight'] });
    expect((await peer.next('WELCOME')).capabilities).toEqual([]);
    expect((await ours.opened).can('lane')).toBe(false);
  });

  it.each([
    ['dialer', 'listener'],
    ['listener', 'dialer'],
  ] as const)(
    'with a %s of another version is refused, and both are told in words that name both versions',
    async (strange, our) => {
      const link = memoryLink({ devices: deviceIds });
      const peer = new RawPeer(link, strange);
      const ours = endOf(link, our);
      if (strange === 'dialer') peer.send('HELLO', 0, { ...helloBy(), versions: [7, 8] });
      else peer.send('WELCOME', 0, { ...welcomeBy(), version: 9 });
      const told = await peer.next('ERROR');
      const error = await ours.ended;
      for (const { code, message } of [told, error as HexdropError]) {
        expect(code).toBe('version-unsupported');
        expect(message).toMatch(
          strange === 'dialer' ? /connects .*\b7, 8\b.*listens .*\b1\b/ : /connects .*\b1\b.*listens .*\b9\b/,
        );
        expect(message).toMatch(/update/i);
      }
    },
  );

  it.each([
    ['dialer', 'listener'],
    ['listener', 'dialer'],
  ] as const)(
    'with a %s that claims another id than its key has is refused: identity-mismatch',
    async (strange, our) => {
      const link = memoryLink({ devices: deviceIds });
      const peer = new RawPeer(link, strange);
      const ours = endOf(link, our);
      if (strange === 'dialer') peer.send('HELLO', 0, helloBy('ab'.repeat(32)));
      else peer.send('WELCOME', 0, welcomeBy('ab'.repeat(32)));
      expect(await peer.next('ERROR')).toMatchObject({ code: 'identity-mismatch', seen: 'ab'.repeat(8) });
      expect(await ours.ended).toMatchObject({ code: 'identity-mismatch' });
    },
  );

  it('on a plain connection takes the id as a claim', async () => {
    const { dialer, listener } = await sessionPair({ devices: undefined });
    expect(dialer.session.peer).toMatchObject({ secure: false, deviceId: deviceIds.listener });
    expect(listener.session.peer).toMatchObject({ secure: false, deviceId: deviceIds.dialer });
  });

  it('without a digest in common is refused: bad-payload', async () => {
    const link = memoryLink({ devices: deviceIds });
    const peer = new RawPeer(link, 'dialer');
    endOf(link, 'listener');
    peer.send('HELLO', 0, { ...helloBy(), digests: ['md5'] });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'bad-payload', seen: 'md5' });
  });

  it('takes nothing but WELCOME from a listener', async () => {
    const link = memoryLink({ devices: deviceIds });
    const peer = new RawPeer(link, 'listener');
    const ours = endOf(link, 'dialer');
    peer.send('LIST', 2, { path: '' });
    expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame', seen: 'LIST' });
    expect(await ours.ended).toMatchObject({ code: 'unexpected-frame' });
  });

  it('skips nothing before WELCOME, whatever it is marked as', async () => {
    const link = memoryLink({ devices: deviceIds });
    const peer = new RawPeer(link, 'listener');
    const ours = endOf(link, 'dialer');
    peer.stream.write(Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0, 0, 0, 0x7e, 1, 0, 0, 0, 0, 0, 0));
    expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame', seen: 'type 0x7e' });
    expect(await ours.ended).toMatchObject({ code: 'unexpected-frame' });
  });
});

describe('a question', () => {
  it('gets its answer, both ways and many at a time', async () => {
    const server = serverWith({
      list: (_session, { path }) => listing(path),
      stat: (_session, { path }) => ({ path, entry: { name: 'x', kind: 'file' } }),
    });
    const { dialer, listener } = await sessionPair({ dialer: { server }, listener: { server } });
    const paths = Array.from({ length: 30 }, (_, index) => `share/${index}`);
    const answers = await Promise.all(
      paths.flatMap((path) => [dialer.session.ask('LIST', { path }), listener.session.ask('STAT', { path })]),
    );
    expect(answers.map(({ path }) => path)).toEqual(paths.flatMap((path) => [path, path]));
  });

  it('that the server refuses is answered by ERROR alone; the session goes on', async () => {
    const server = serverWith({
      list: (_session, { path }) => {
        if (path === 'secret') throw new HexdropError('pin-throttled', 'Wait.', { retryAfterMs: 4_000 });
        return listing(path);
      },
    });
    const { dialer } = await sessionPair({ listener: { server } });
    await expect(dialer.session.ask('LIST', { path: 'secret' })).rejects.toMatchObject({
      code: 'pin-throttled',
      message: 'Wait.',
      retryAfterMs: 4_000,
    });
    await expect(dialer.session.ask('LIST', { path: 'open' })).resolves.toMatchObject({ path: 'open' });
  });

  it('at which the server breaks is answered by ERROR internal, without its inner words going astray', async () => {
    const server = serverWith({
      stat: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    const { dialer } = await sessionPair({ listener: { server } });
    await expect(dialer.session.ask('STAT', { path: 'a' })).rejects.toMatchObject({ code: 'internal' });
    expect(dialer.isEnded()).toBe(false);
  });

  it('beyond the number that may be open is refused here, not by the peer', async () => {
    const { ours } = await withRawPeer('dialer');
    const open = Array.from({ length: 64 }, () => ours.session.ask('LIST', { path: '' }));
    for (const question of open) question.catch(() => {});
    await expect(ours.session.ask('LIST', { path: '' })).rejects.toMatchObject({ code: 'too-many-requests' });
    expect(ours.isEnded()).toBe(false);
    ours.session.close('done');
  });

  it.each([
    ['the peer says BYE', (peer: RawPeer) => peer.send('BYE', 0, {}), 'connection-lost'],
    [
      'the peer says ERROR',
      (peer: RawPeer) => peer.send('ERROR', 0, { code: 'shutting-down', message: 'Bye.' }),
      'shutting-down',
    ],
    ['the peer closes', (peer: RawPeer) => peer.stream.close(), 'connection-lost'],
    ['the connection breaks', (peer: RawPeer) => peer.stream.destroy(), 'connection-lost'],
  ])('that is open when %s is rejected', async (_what, end, code) => {
    const { ours, peer } = await withRawPeer('dialer');
    const questions = [ours.session.ask('LIST', { path: '' }), ours.session.ask('STAT', { path: 'a' })];
    const outcomes = Promise.allSettled(questions);
    await peer.next('STAT');
    end(peer);
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: rejected(code) });
  });

  it('that is asked when the session is over is rejected', async () => {
    const { ours, peer } = await withRawPeer('dialer');
    peer.send('BYE', 0, {});
    await ours.ended;
    await expect(ours.session.ask('LIST', { path: '' })).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('that the peer answers with CANCEL is rejected, or the session ends: it does not hang', async () => {
    const { ours, peer } = await withRawPeer('dialer');
    const question = ours.session.ask('LIST', { path: '' });
    const outcome = question.catch((error: unknown) => error);
    await peer.next('LIST');
    peer.send('CANCEL', 1, { code: 'cancelled', message: '' });
    expect(await outcome).toBeInstanceOf(HexdropError);
  });
});

describe('the end of a session', () => {
  it('is BYE with a reason; the other side closes without an error', async () => {
    const { ours, peer } = await withRawPeer('dialer');
    ours.session.close('enough');
    expect(await peer.next('BYE')).toEqual({ reason: 'enough' });
    expect(await peer.ended).toBeUndefined();
    expect(await ours.ended).toBeUndefined();
  });

  it('is told once, and nothing is sent after it', async () => {
    const { ours, peer } = await withRawPeer('dialer');
    ours.session.close('one');
    ours.session.close('two');
    await peer.ended;
    expect(peer.types()).toEqual(['BYE']);
    expect(ours.session.isOver).toBe(true);
  });

  it('by the peer is not answered with an ERROR', async () => {
    const { ours, peer } = await withRawPeer('listener');
    peer.send('ERROR', 0, { code: 'internal', message: 'It broke here.' });
    expect(await ours.ended).toMatchObject({ code: 'internal', message: 'It broke here.' });
    await peer.ended;
    expect(peer.types()).toEqual([]);
  });

  it('with a code that is unknown here reads as internal', async () => {
    const { ours, peer } = await withRawPeer('listener');
    peer.send('ERROR', 0, { code: 'gremlins', message: 'They are in.' });
    expect(await ours.ended).toMatchObject({ code: 'internal', message: 'They are in.' });
  });

  it('in the middle of a frame is truncated-frame', async () => {
    const { ours, peer } = await withRawPeer('listener');
    peer.stream.write(Uint8Array.of(0x48, 0x58, 0x44, 0x31, 0, 0));
    peer.stream.close();
    expect(await ours.ended).toMatchObject({ code: 'truncated-frame' });
  });

  it('answers PING with PONG until then', async () => {
    const { peer } = await withRawPeer('listener');
    peer.send('PING', 0, {});
    expect(await peer.next('PONG')).toEqual({});
  });
});
