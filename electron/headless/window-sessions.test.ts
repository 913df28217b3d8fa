import { describe, expect, it } from 'vitest';

import { WindowSessions, cookieName } from './window-sessions.ts';
import type { WindowSession } from './window-sessions.ts';

const dayMs = 24 * 60 * 60 * 1000;

const opened = (
  sessions: WindowSessions,
): { readonly id: string; readonly cookie: string; readonly session: WindowSession } => {
  const { session, cookie } = sessions.open(false);
  return { session, id: session.path.slice(3, -1), cookie: cookie.split(';', 1)[0] ?? '' };
};

describe('a session of a browser', () => {
  it('is found by its path and cookie together', () => {
    const sessions = new WindowSessions();
    const { id, cookie, session } = opened(sessions);
    expect(sessions.find(id, cookie)).toBe(session);
    expect(sessions.find(id, `a=b; ${cookieName}=forged; ${cookie}`)).toBe(session);
    expect(sessions.find(id, `${cookieName}=`)).toBeUndefined();
    expect(sessions.find(id, undefined)).toBeUndefined();
    expect(sessions.find('other', cookie)).toBeUndefined();
  });

  it('does not look through any number of cookies', () => {
    const sessions = new WindowSessions();
    const { id, cookie } = opened(sessions);
    const forged = Array.from({ length: 8 }, () => `${cookieName}=x`).join('; ');
    expect(sessions.find(id, `${forged}; ${cookie}`)).toBeUndefined();
  });

  it('ends after a day without a window, and not while one is open', () => {
    let nowMs = 0;
    const sessions = new WindowSessions(() => nowMs);
    const [idle, busy] = [opened(sessions), opened(sessions)];
    busy.session.openWindows = 1;
    nowMs = dayMs;
    expect(sessions.find(idle.id, idle.cookie)).toBeUndefined();
    expect(sessions.find(busy.id, busy.cookie)).toBeDefined();
  });

  it('is one of a few: the one unused for longest is forgotten, if it has no window', () => {
    let nowMs = 0;
    const sessions = new WindowSessions(() => (nowMs += 1));
    const [first, second] = [opened(sessions), opened(sessions)];
    first.session.openWindows = 1;
    for (let more = 0; more < 63; more += 1) opened(sessions);
    expect(sessions.find(first.id, first.cookie)).toBeDefined();
    expect(sessions.find(second.id, second.cookie)).toBeUndefined();
  });
});
