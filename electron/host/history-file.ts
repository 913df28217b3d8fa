/**
 * The format of <home>/history.jsonl, version 1: a line when a transfer begins, a line when it ends, a line when it is
 * removed from the history.
 *
 * The format is that of the file alone: what a window shows may change, and what was written once is read for ever
 * (testing/home-v1/history.jsonl). So only what makes a transfer recognisable is required, and a value that an older
 * version did not write has a default. What a newer version adds is kept as it is.
 */

import * as v from 'valibot';

import type { FileFault, FileNotice, FileOmission } from '../../shared/model/transfer.ts';
import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { retrySpecSchema } from './retry-spec.ts';
import type { RetrySpec } from './retry-spec.ts';

/** A transfer with what the card does not show. */
export interface HistoryEntry {
  readonly card: TransferCard;
  readonly recipe?: RetrySpec | undefined;
  /** Where the files are, on the receiving side. */
  readonly dir?: string | undefined;
  /** The first names at the top, to show one of them in the file manager. */
  readonly names: readonly string[];
  /** At most the first fifty. */
  readonly faults: readonly FileFault[];
  readonly notices?: readonly FileNotice[];
  readonly omissions?: readonly FileOmission[];
}

export type HistoryLine =
  | { readonly begun: HistoryEntry }
  | { readonly ended: HistoryEntry }
  /** The id of a transfer. */
  | { readonly removed: string };

const version = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const none = v.optional(count, 0);
const side = v.picklist(['here', 'there']);
const noTotals = { files: 0, folders: 0, bytes: 0, complete: true };

const peer = v.looseObject({
  deviceId: v.string(),
  alias: v.string(),
  address: v.string(),
  port: v.number(),
  secure: v.boolean(),
  trust: v.picklist(['new', 'known', 'verified']),
});

const card = v.looseObject({
  id: v.string(),
  direction: v.picklist(['send', 'receive']),
  kind: v.picklist(['push', 'get', 'put', 'serve']),
  state: v.picklist([
    'connecting',
    'waiting',
    'running',
    'paused',
    'retrying',
    'done',
    'failed',
    'declined',
    'cancelled',
  ]),
  title: v.string(),
  startedAtMs: v.number(),
  endedAtMs: v.exactOptional(v.number()),
  peer: v.exactOptional(peer),
  share: v.exactOptional(v.string()),
  shownDir: v.exactOptional(v.string()),
  totals: v.optional(
    v.looseObject({ files: count, folders: count, bytes: count, complete: v.boolean() }),
    noTotals,
  ),
  files: none,
  bytes: none,
  resumedBytes: none,
  passedBytes: none,
  skipped: none,
  same: none,
  failed: none,
  omitted: none,
  noticed: v.exactOptional(count),
  moreRoots: none,
  canRetry: v.optional(v.boolean(), false),
  canReveal: v.optional(v.boolean(), false),
  error: v.exactOptional(v.looseObject({ code: v.string(), message: v.string() })),
});

const entry = v.looseObject({
  card,
  recipe: v.exactOptional(retrySpecSchema),
  dir: v.exactOptional(v.string()),
  names: v.optional(v.array(v.string()), []),
  faults: v.optional(
    v.array(v.looseObject({ path: v.string(), code: v.string(), message: v.string(), side })),
    [],
  ),
  notices: v.exactOptional(
    v.array(
      v.looseObject({
        path: v.string(),
        code: v.picklist(['grew', 'newer', 'time-not-kept']),
        message: v.string(),
        side,
      }),
    ),
  ),
  omissions: v.exactOptional(
    v.array(
      v.looseObject({ path: v.string(), reason: v.picklist(['symlink', 'special', 'reserved', 'target']) }),
    ),
  ),
});

/** Undefined when it is of a later version, or damaged. */
export function readHistoryLine(text: string): HistoryLine | undefined {
  let line: Readonly<Record<string, unknown>>;
  try {
    line = Object(JSON.parse(text));
  } catch {
    return undefined;
  }
  // Lines from before there was a number have the form of version 1.
  if ((line['v'] ?? version) !== version) return undefined;
  const { begun, ended, removed } = line;
  if (typeof removed === 'string') return { removed };
  const parsed = v.safeParse(entry, ended ?? begun);
  if (!parsed.success) return undefined;
  return ended === undefined ? { begun: entryOf(parsed.output) } : { ended: entryOf(parsed.output) };
}

/** One line, with its end. */
export function historyLineText(line: HistoryLine): string {
  return `${JSON.stringify({ v: version, ...withoutSpeeds(line) })}\n`;
}

/** What is of the moment is not in the file. */
const entryOf = (kept: v.InferOutput<typeof entry>): HistoryEntry => ({
  ...kept,
  card: { bytesPerSecond: 0, ...kept.card, speeds: [] },
});

const withoutSpeeds = (line: HistoryLine): object => {
  if ('removed' in line) return line;
  const [[name, { card: shown, ...rest }]] = Object.entries(line) as [[string, HistoryEntry]];
  const { speeds: _speeds, bytesPerSecond: _rate, ...lasting } = shown;
  return { [name]: { ...rest, card: lasting } };
};
