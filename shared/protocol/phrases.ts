/**
 * What the protocol says of frames to people, as data: a key and its arguments. A table for each language turns them into
 * sentences (phrases-en.ts here, the Chinese one in the renderer); a key that a language lacks fails the typecheck.
 *
 * Names and texts among the arguments are as a peer sent them: whoever shows them escapes them.
 */

import type { TypeName } from './catalog.ts';

/** Numbers out of JSON are texts here: what a peer put in their place is shown as it is. */
export interface PhraseArgs {
  // One line for a frame: summary.ts.
  readonly 'unknown-type': NoArgs;
  /** Too little of the payload is there to say more than what the type is for. */
  readonly 'type-meaning': { readonly type: TypeName };
  readonly 'not-an-object': NoArgs;
  readonly data: { readonly file: number; readonly bytes: number; readonly at: number };
  readonly 'pack-begun': NoArgs;
  readonly 'pack-of-one': { readonly file: number; readonly bytes: number };
  readonly pack: {
    readonly files: number;
    readonly first: number;
    readonly bytes: number;
    readonly isWhole: boolean;
  };
  readonly end: { readonly file: number; readonly bytes: number };
  readonly same: { readonly file: number };
  readonly content: { readonly bytes: number; readonly at: number; readonly size: number };
  readonly manifest: {
    readonly page: number;
    readonly entries: number;
    readonly from: number;
    readonly isLast: boolean;
    readonly first: string | undefined;
  };
  readonly greeting: {
    readonly alias: string;
    readonly id: string;
    readonly app: string;
    readonly platform: string | undefined;
    readonly digest: string | undefined;
  };
  readonly refusal: { readonly code: string; readonly message: string };
  readonly fault: { readonly file: string; readonly code: string; readonly message: string };
  readonly notice: { readonly path: string; readonly message: string };
  readonly bye: { readonly reason: string | undefined };
  readonly shares: NoArgs;
  /** A path, a share or a text of a peer. */
  readonly quoted: { readonly text: string };
  /** Without a path it lists the shares. */
  readonly listing: {
    readonly entries: number;
    readonly path: string | undefined;
    readonly hasMore: boolean;
  };
  readonly read: { readonly bytes: string; readonly at: string; readonly path: string };
  readonly get: { readonly first: string; readonly more: number };
  /** Without totals only the beginning was kept. */
  readonly offer: {
    readonly first: string | undefined;
    readonly more: number;
    readonly totals: TotalsArgs | undefined;
  };
  readonly totals: TotalsArgs;
  readonly accept: { readonly isOnLane: boolean };
  readonly want: { readonly first: number; readonly count: number; readonly parts: readonly string[] };
  readonly ack: { readonly settled: string; readonly bytes: string };
  readonly finish: { readonly files: string; readonly bytes: string; readonly failed: number };
  /** Without a rate there is no limit. */
  readonly pace: { readonly bytesPerSecond: string | undefined };

  // Meanings in the tree of a frame: dissect.ts.
  /** As the catalog has it, in English. */
  readonly meaning: { readonly text: string };
  readonly explained: { readonly meaning: string; readonly value: string };

  // Values in the tree of a frame.
  readonly bytes: { readonly count: number };
  readonly entries: { readonly count: number };
  readonly items: { readonly count: number };
  readonly properties: { readonly count: number };
  readonly 'bytes-captured': { readonly count: number; readonly of: number };
  readonly 'bytes-present': { readonly count: number; readonly of: number };

  // What is wrong in the tree of a frame.
  readonly 'no-magic': NoArgs;
  readonly 'too-long': { readonly seen: number; readonly allowed: number };
  readonly 'unknown-not-optional': NoArgs;
  readonly 'undefined-bits': { readonly bits: number };
  readonly 'misplaced-last': NoArgs;
  readonly 'id-not-zero': NoArgs;
  readonly 'id-zero': NoArgs;
  readonly 'header-cut': { readonly seen: number; readonly of: number };
  readonly surplus: { readonly bytes: number; readonly allowed: number; readonly of: 'frame' | 'payload' };
  readonly 'not-allowed': { readonly seen: string; readonly allowed: string };
  readonly 'bytes-not-allowed': { readonly seen: number; readonly least: number; readonly most: number };
  readonly 'entries-not-allowed': {
    readonly seen: number;
    readonly told: number;
    readonly least: number;
    readonly most: number;
  };
  readonly 'payload-ends': { readonly after: number; readonly of: number };
  readonly 'not-utf8': NoArgs;
  readonly 'not-json': { readonly at: number; readonly what: string };
}

type NoArgs = Readonly<Record<string, never>>;

export interface TotalsArgs {
  readonly files: string;
  readonly bytes: string;
  readonly isComplete: boolean;
}

type PhraseKey = keyof PhraseArgs;

export type Phrase = {
  [Key in PhraseKey]: { readonly key: Key; readonly args: PhraseArgs[Key] };
}[PhraseKey];

/** One language. */
export type PhraseTable = { readonly [Key in PhraseKey]: (args: PhraseArgs[Key]) => string };

export const phrase = <Key extends PhraseKey>(key: Key, args: PhraseArgs[Key]): Phrase =>
  ({ key, args }) as Phrase;

export const rendered = (table: PhraseTable, { key, args }: Phrase): string =>
  (table[key] as (args: unknown) => string)(args);
