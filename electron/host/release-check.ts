/**
 * Whether a newer version is published. One request to the interface of the place where releases are, when a person asks for
 * it or has allowed it, and only then: it sends what every request sends, the word "hexdrop", and nothing of this device.
 * Nothing is downloaded but the answer, of which only the number is read; the address of a release is our own.
 */

import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

import manifest from '../../package.json' with { type: 'json' };
import { nameLookup } from '../engine/discovery.ts';
import { HexdropError } from '../../shared/errors/errors.ts';

export interface Release {
  /** The latest that is published: "1.2.3". */
  readonly version: string;
  /** Where a person reads about it. */
  readonly url: string;
  /** Than the program that asks. */
  readonly isNewer: boolean;
}

export interface ReleaseQuestion {
  /** The version of the program that asks. */
  readonly version: string;
  /** In place of GitHub: https, or http on this machine. */
  readonly from?: string | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Names the place in the environment. */
export const releasesVariable = 'HEXDROP_RELEASES_URL';

const [, repository = ''] = /github\.com\/([^/]+\/[^/]+)$/.exec(manifest.homepage) ?? [];
export const usualPlace = `https://api.github.com/repos/${repository}/releases/latest`;

const answerMs = 10_000;
/** A release with its notes and its files has some ten kilobytes. */
const mostBytes = 1_000_000;

/** @throws HexdropError unreachable with the reason, usage where the place is none that may be asked */
export const latestRelease = async ({
  version,
  from = usualPlace,
  timeoutMs = answerMs,
  signal,
}: ReleaseQuestion): Promise<Release> => {
  const late = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? late : AbortSignal.any([late, signal]);
  const text = await answerOf(placeOf(from), either).catch((thrown: unknown) => {
    if (thrown instanceof HexdropError) throw thrown;
    const reason = late.aborted ? 'no answer came in time' : (thrown as Error).message;
    throw new HexdropError(
      'unreachable',
      `Whether there is a newer version could not be found out: ${reason}.`,
      {
        cause: thrown,
      },
    );
  });
  const latest = versionIn(text);
  return {
    version: latest,
    url: `${manifest.homepage}/releases/tag/v${latest}`,
    isNewer: isNewer(latest, version),
  };
};

const dayMs = 24 * 60 * 60_000;

/** Windows may ask as often as they like: it is asked for once a day, until then the last answer holds. */
export class Releases {
  readonly #ask: () => Promise<Release>;
  readonly #now: () => number;
  #asked: Promise<Release> | undefined;
  #askedAtMs = 0;

  constructor(ask: () => Promise<Release>, now: () => number = Date.now) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Rejects as `latestRelease` does; a failure is no answer, and the next call asks again. */
  latest(): Promise<Release> {
    const nowMs = this.#now();
    if (this.#asked !== undefined && Math.abs(nowMs - this.#askedAtMs) < dayMs) return this.#asked;
    const asked = this.#ask();
    this.#asked = asked;
    this.#askedAtMs = nowMs;
    asked.catch(() => {
      if (this.#asked === asked) this.#asked = undefined;
    });
    return asked;
  }
}

const placeOf = (from: string): URL => {
  const place = URL.canParse(from) ? new URL(from) : undefined;
  const isOfThisMachine =
    place?.protocol === 'http:' && /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(place.hostname);
  if (place !== undefined && (place.protocol === 'https:' || isOfThisMachine)) return place;
  throw new HexdropError('usage', `${releasesVariable} takes an address with https, not "${from}".`, {
    seen: from,
  });
};

const answerOf = (place: URL, signal: AbortSignal): Promise<string> =>
  new Promise((done, fail) => {
    const ask = place.protocol === 'https:' ? requestSecure : requestPlain;
    const asked = ask(
      place,
      {
        // No redirect is followed: who is asked is who was named.
        headers: { 'user-agent': 'hexdrop', accept: 'application/vnd.github+json' },
        agent: false,
        // A name server that does not answer holds up nothing else.
        lookup: nameLookup({ signal }),
        signal,
      },
      (response) => {
        if (response.statusCode !== 200) {
          response.destroy();
          fail(new Error(`${place.host} answers with ${String(response.statusCode)}`));
          return;
        }
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          if (text.length > mostBytes) response.destroy(new Error(`${place.host} answers without end`));
        });
        response.on('end', () => done(text));
        response.on('error', fail);
      },
    );
    asked.on('error', fail);
    asked.end();
  });

/** Three numbers. What is no release of ours is no answer. */
const versionIn = (text: string): string => {
  let tag: unknown;
  try {
    tag = (JSON.parse(text) as { tag_name?: unknown } | null)?.tag_name;
  } catch {
    tag = undefined;
  }
  const [, version] = typeof tag === 'string' ? (/^v?(\d{1,6}\.\d{1,6}\.\d{1,6})$/.exec(tag) ?? []) : [];
  if (version !== undefined) return version;
  throw new HexdropError(
    'unreachable',
    'Whether there is a newer version could not be found out: the answer names none.',
  );
};

/** A version with something behind its numbers comes before the same without. */
const isNewer = (latest: string, own: string): boolean => {
  const numbers = (version: string): readonly number[] => version.split('-')[0]?.split('.').map(Number) ?? [];
  const ours = numbers(own);
  for (const [at, number] of numbers(latest).entries()) {
    const difference = number - (ours[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return own.includes('-');
};
