/** Typed filter, chips and "only this" as one filter. The typed text may be wrong; then its last good reading stays. */

import type { CaptureTransfer } from '../../../shared/model/capture.ts';
import { parseFilter } from '../../../shared/protocol/filter/parse.ts';
import type { Filter } from '../../../shared/protocol/filter/syntax.ts';

export const chipNames = ['in', 'out', 'control', 'bulk', 'trouble', 'marked'] as const;
export type ChipName = (typeof chipNames)[number];

export type Only =
  | { readonly kind: 'connection'; readonly connection: number }
  | {
      readonly kind: 'request';
      readonly connection: number;
      readonly id: number;
      readonly lanes: readonly number[];
    }
  | { readonly kind: 'transfer'; readonly transferId: string };

/** As it would be typed. */
export const chipFilters: Readonly<Record<ChipName, string>> = {
  in: 'dir == in',
  out: 'dir == out',
  control: 'kind == frame && !(type in {DATA, PACK, END, SAME})',
  bulk: 'type in {DATA, PACK, END, SAME}',
  trouble: 'type in {ERROR, FAULT, DECLINE, CANCEL} || event in {refused, reset} || kind in {loose, gap}',
  marked: 'marked',
};

const rivals: Partial<Record<ChipName, ChipName>> = {
  in: 'out',
  out: 'in',
  control: 'bulk',
  bulk: 'control',
};

/** A chip takes the place of the one that it contradicts. */
export const withChip = (chips: readonly ChipName[], chip: ChipName): readonly ChipName[] =>
  chips.includes(chip)
    ? chips.filter((each) => each !== chip)
    : [...chips.filter((each) => each !== rivals[chip]), chip];

const onConnections = (id: number, connections: readonly number[]): string =>
  `id == ${id} && (${connections.map((each) => `conn == ${each}`).join(' || ')})`;

/** A filter that nothing fits when the transfer is not in the capture: records count from 1. */
export function onlyFilter(only: Only, transfers: readonly CaptureTransfer[]): string {
  switch (only.kind) {
    case 'connection':
      return `conn == ${only.connection}`;
    case 'request':
      return onConnections(only.id, [only.connection, ...only.lanes]);
    case 'transfer': {
      const runs = transfers.filter(({ transferId }) => transferId === only.transferId);
      if (runs.length === 0) return 'n == 0';
      return runs
        .map(({ id, connection, lanes }) => `(${onConnections(id, [connection, ...lanes])})`)
        .join(' || ');
    }
  }
}

/** Parts that must all fit; undefined when there is none. */
export function combined(texts: readonly string[]): Filter | undefined {
  let result: Filter | undefined;
  for (const text of texts) {
    const parsed = parseFilter(text);
    if (!parsed.ok || parsed.filter === undefined) continue;
    result = result === undefined ? parsed.filter : { op: 'and', left: result, right: parsed.filter };
  }
  return result;
}

/** Puts a filter behind what is typed. */
export const narrowed = (typed: string, by: string): string => {
  if (typed.trim() === '') return by;
  return /\|\||\bor\b/u.test(typed) ? `(${typed.trim()}) && ${by}` : `${typed.trim()} && ${by}`;
};
