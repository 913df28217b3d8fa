import { describe, expect, it } from 'vitest';

import { memoryLink } from '../testing/memory-link.ts';
import { RawPeer } from '../testing/session-pair.ts';
import { LaneRegistry } from './lanes.ts';
import { FrameStream } from './frame-stream.ts';

const token = 'ab'.repeat(16);
const devices = { dialer: 'd0'.repeat(32), listener: '10'.repeat(32) };

const owner = { provenId: devices.dialer, saidId: devices.dialer };

/** A lane as it is accepted: its first frame was LANE. */
const lane = (
  options: Parameters<typeof memoryLink>[0] = { devices },
): { stream: FrameStream; peer: RawPeer } => {
  const link = memoryLink(options);
  const stream = new FrameStream(
    link.listener,
    { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} },
    1,
  );
  stream.start();
  return { stream, peer: new RawPeer(link, 'dialer', 1) };
};

describe('the registry of lanes', () => {
  it('joins a lane to the transfer that its token names, and says JOINED first', async () => {
    const lanes = new LaneRegistry();
    const joined: FrameStream[] = [];
    lanes.expect(token, owner, (stream) => joined.push(stream));
    const { stream, peer } = lane();
    lanes.join(stream, { token });
    expect(joined).toEqual([stream]);
    expect(await peer.next('JOINED')).toEqual({});
  });

  it('takes a token once', () => {
    const lanes = new LaneRegistry();
    lanes.expect(token, owner, () => {});
    lanes.join(lane().stream, { token });
    expect(() => lanes.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
  });

  it('refuses a token that nobody expects, or does not expect any more', () => {
    const lanes = new LaneRegistry();
    const forget = lanes.expect(token, owner, () => {});
    expect(() => lanes.join(lane().stream, { token: 'cd'.repeat(16) })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
    forget();
    expect(() => lanes.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
  });

  it('refuses another device than that of the session, and keeps the token for the right one', () => {
    const lanes = new LaneRegistry();
    const joined: FrameStream[] = [];
    lanes.expect(token, owner, (stream) => joined.push(stream));
    const stranger = lane({ devices: { ...devices, dialer: 'ee'.repeat(32) } });
    expect(() => lanes.join(stranger.stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', seen: 'ee'.repeat(8) }),
    );
    const right = lane();
    lanes.join(right.stream, { token });
    expect(joined).toEqual([right.stream]);
  });

  it('refuses a plain lane to an encrypted session, and the other way round', () => {
    const lanes = new LaneRegistry();
    lanes.expect(token, owner, () => {});
    expect(() => lanes.join(lane({}).stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', seen: 'plain' }),
    );
    lanes.expect(token, { ...owner, provenId: undefined }, () => {});
    expect(() => lanes.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', allowed: 'plain' }),
    );
  });

  it.each([
    ['encrypted', { devices }, owner],
    ['plain', {}, { ...owner, provenId: undefined }],
  ] as const)(
    'refuses a lane that claims another device id than the session has said, %s',
    (_, link, whose) => {
      const lanes = new LaneRegistry();
      const joined: FrameStream[] = [];
      lanes.expect(token, whose, (stream) => joined.push(stream));
      expect(() => lanes.join(lane(link).stream, { token, deviceId: 'ee'.repeat(32) })).toThrow(
        expect.objectContaining({
          code: 'identity-mismatch',
          seen: 'ee'.repeat(8),
          allowed: devices.dialer.slice(0, 16),
        }),
      );
      lanes.join(lane(link).stream, { token, deviceId: devices.dialer });
      expect(joined).toHaveLength(1);
    },
  );
});
