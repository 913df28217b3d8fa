import { describe, expect, it } from 'vitest';

import { memoryLink } from '../testing/memory-link.ts';
import { RawPeer } from '../testing/session-pair.ts';
import { LaneDesk } from './lanes.ts';
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

describe('the desk of lanes', () => {
  it('joins a lane to the transfer that its token names, and says JOINED first', async () => {
    const desk = new LaneDesk();
    const joined: FrameStream[] = [];
    desk.expect(token, owner, (stream) => joined.push(stream));
    const { stream, peer } = lane();
    desk.join(stream, { token });
    expect(joined).toEqual([stream]);
    expect(await peer.next('JOINED')).toEqual({});
  });

  it('takes a token once', () => {
    const desk = new LaneDesk();
    desk.expect(token, owner, () => {});
    desk.join(lane().stream, { token });
    expect(() => desk.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
  });

  it('refuses a token that nobody expects, or does not expect any more', () => {
    const desk = new LaneDesk();
    const forget = desk.expect(token, owner, () => {});
    expect(() => desk.join(lane().stream, { token: 'cd'.repeat(16) })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
    forget();
    expect(() => desk.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'transfer-unknown' }),
    );
  });

  it('refuses another device than that of the session, and keeps the token for the right one', () => {
    const desk = new LaneDesk();
    const joined: FrameStream[] = [];
    desk.expect(token, owner, (stream) => joined.push(stream));
    const stranger = lane({ devices: { ...devices, dialer: 'ee'.repeat(32) } });
    expect(() => desk.join(stranger.stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', seen: 'ee'.repeat(8) }),
    );
    const right = lane();
    desk.join(right.stream, { token });
    expect(joined).toEqual([right.stream]);
  });

  it('refuses a plain lane to an encrypted session, and the other way round', () => {
    const desk = new LaneDesk();
    desk.expect(token, owner, () => {});
    expect(() => desk.join(lane({}).stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', seen: 'plain' }),
    );
    desk.expect(token, { ...owner, provenId: undefined }, () => {});
    expect(() => desk.join(lane().stream, { token })).toThrow(
      expect.objectContaining({ code: 'identity-mismatch', allowed: 'plain' }),
    );
  });

  it.each([
    ['encrypted', { devices }, owner],
    ['plain', {}, { ...owner, provenId: undefined }],
  ] as const)(
    'refuses a lane that claims another device id than the session has said, %s',
    (_, link, whose) => {
      const desk = new LaneDesk();
      const joined: FrameStream[] = [];
      desk.expect(token, whose, (stream) => joined.push(stream));
      expect(() => desk.join(lane(link).stream, { token, deviceId: 'ee'.repeat(32) })).toThrow(
        expect.objectContaining({
          code: 'identity-mismatch',
          seen: 'ee'.repeat(8),
          allowed: devices.dialer.slice(0, 16),
        }),
      );
      desk.join(lane(link).stream, { token, deviceId: devices.dialer });
      expect(joined).toHaveLength(1);
    },
  );
});
