/**
 * The time of an entry on the wire and in memory: microseconds since the epoch, as a double. File systems hold more than
 * that: whatever they hold becomes a time that can be told. docs/PROTOCOL.md, "Notation".
 */

/** Reaches from the year -16,298 to 20,237. With the grain below every time within it is a double, and exact. */
export const mostTime = 2 ** 59;

/** Beyond ±2^53 a double does not hold every microsecond any more: there times are multiples of this. */
const coarseGrain = 64n;

export const isEntryTime = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= mostTime;

/** Cut off, never moved on: a copy must not be newer than its source. */
function cutTo(grain: bigint, value: bigint): bigint {
  const rest = value % grain;
  return value - (rest < 0n ? rest + grain : rest);
}

/** The time to tell of a file that the system dates so, in nanoseconds. What lies beyond all that can be told is told as its end. */
export function entryTimeOf(timeNs: bigint): number {
  const microseconds = cutTo(1_000n, timeNs) / 1_000n;
  const isExact = BigInt.asIntN(54, microseconds) === microseconds;
  const told = Number(isExact ? microseconds : cutTo(coarseGrain, microseconds));
  return Math.max(-mostTime, Math.min(mostTime, told));
}

/** The same in milliseconds, as a page or ordinary stats say it. What is no number counts as the epoch. */
export const entryTimeOfMs = (timeMs: number): number =>
  Number.isFinite(timeMs) ? entryTimeOf(BigInt(Math.floor(timeMs * 1_000)) * 1_000n) : 0;
