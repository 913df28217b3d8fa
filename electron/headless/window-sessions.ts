/**
 * Browsers that were let in. Each gets a path of its own and a cookie that is sent to that path alone. Browsers send
 * cookies to every port of a host: without the path, any program that another user of this machine runs on some port
 * would be given ours as soon as somebody looks at it.
 */

import { randomBytes } from 'node:crypto';

import { digestOf, isSecret, newSecret } from './secrets.ts';

export interface WindowSession {
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Windows that are open now. */
  openWindows: number;
}

interface KeptSession extends WindowSession {
  readonly digest: Buffer;
  usedAtMs: number;
}

/** A day without any window: somebody has gone, and may have left a browser behind. */
const idleMs = 24 * 60 * 60 * 1000;
/** Browsers, not windows. The one that was not used for longest is forgotten first. */
const keptSessions = 64;
/** Another program on this host may set cookies of our name; ours must be among the first. */
const cookiesTried = 8;

export const cookieName = 'hexdrop-window';

export class WindowSessions {
  readonly #sessions = new Map<string, KeptSession>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  open(isSecure: boolean): { readonly session: WindowSession; readonly cookie: string } {
    const id = randomBytes(16).toString('base64url');
    const secret = newSecret();
    const path = `/w/${id}/`;
    const session = { path, digest: digestOf(secret), usedAtMs: this.#now(), openWindows: 0 };
    this.#sessions.set(id, session);
    this.#forget();
    const secure = isSecure ? '; Secure' : '';
    return {
      session,
      cookie: `${cookieName}=${secret}; Path=${path}; HttpOnly; SameSite=Strict${secure}`,
    };
  }

  /** The session of a request for `id` with this Cookie field, if it may be let in. */
  find(id: string, cookieField: string | undefined): WindowSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    if (session.openWindows === 0 && this.#now() - session.usedAtMs >= idleMs) {
      this.#sessions.delete(id);
      return undefined;
    }
    if (!cookiesIn(cookieField).some((secret) => isSecret(secret, session.digest))) return undefined;
    session.usedAtMs = this.#now();
    return session;
  }

  /** A window was closed: the day without windows begins. */
  touch(session: WindowSession): void {
    (session as KeptSession).usedAtMs = this.#now();
  }

  #forget(): void {
    if (this.#sessions.size <= keptSessions) return;
    let oldest: string | undefined;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const [id, { usedAtMs, openWindows }] of this.#sessions) {
      if (openWindows > 0 || usedAtMs >= oldestMs) continue;
      oldest = id;
      oldestMs = usedAtMs;
    }
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }
}

const cookiesIn = (field: string | undefined): readonly string[] =>
  (field ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .slice(0, cookiesTried)
    .map((pair) => pair.slice(cookieName.length + 1));
