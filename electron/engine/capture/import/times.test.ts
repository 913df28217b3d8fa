import { describe, expect, it } from 'vitest';

import { isoTimeOf, secondsOf } from '../../../../shared/model/capture-time.ts';
import {
  conversation,
  interfaceBlock,
  load,
  packet,
  packetBlock,
  pcapngOf,
  ping,
  sectionBlock,
} from '../../testing/packets.ts';

const at = (resolution: number, ticks: readonly bigint[]): Buffer =>
  Buffer.concat([
    sectionBlock(),
    interfaceBlock(resolution),
    ...ticks.map((each, index) =>
      packetBlock(each, packet({ ...(conversation[index] ?? { at: 1, bytes: ping }) })),
    ),
  ]);

const timesOf = async (bytes: Buffer) => {
  const { loaded, rows, notes } = await load(bytes);
  const status = loaded.status();
  return {
    iso: rows.map(({ timeMs }) => isoTimeOf(status, timeMs, status.timeDigits)),
    seconds: rows.map(({ timeMs }) => secondsOf(timeMs)),
    notes,
  };
};

describe('times of a capture file', () => {
  it('count from the first packet, whatever it is, to the nanosecond', async () => {
    const start = 1_700_000_000_123_456_789n;
    const sent = conversation.map((each, index) => ({ ...each, timeNs: start + BigInt(index) * 1_001n }));
    const { iso, seconds } = await timesOf(pcapngOf(sent));
    expect(seconds).toEqual([0.000_002_002, 0.000_003_003]);
    expect(iso).toEqual(['2023-11-14T22:13:20.123458791Z', '2023-11-14T22:13:20.123459792Z']);
  });

  it('are told with the digits that the clock of the file had', async () => {
    const { iso } = await timesOf(
      at(6, [1_700_000_000_000_001n, 1_700_000_000_000_002n, 1_700_000_000_000_003n]),
    );
    expect(iso).toEqual(['2023-11-14T22:13:20.000003Z']);
  });

  it('before that of the first packet are negative, and before 1970 too', async () => {
    const { iso, seconds } = await timesOf(at(9, [5_000n, 4_000n, 3_000n]));
    expect(seconds).toEqual([-0.000_002]);
    expect(iso).toEqual(['1970-01-01T00:00:00.000003000Z']);
  });

  it.each([
    [0, 1n << 63n],
    [0, (1n << 64n) - 4n],
    [0x80 | 1, 1n << 62n],
    [3, 9_000_000_000_000_000n],
  ])(
    'that no calendar has (resolution %d, %d ticks) are told as none, and the seconds are still right',
    async (resolution, first) => {
      const { iso, seconds, notes } = await timesOf(at(resolution, [first, first + 1n, first + 2n]));
      expect(iso).toEqual([undefined]);
      const tick = resolution === 0 ? 1 : resolution === 3 ? 0.001 : 0.5;
      expect(seconds).toEqual([2 * tick]);
      expect(notes).toContain(
        'Times in it lie beyond the calendar; only the seconds since its first packet are told.',
      );
    },
  );
});
