import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { sessionPair } from '../testing/session-pair.ts';
import { keptIdleMs, KeptSessions } from './kept-sessions.ts';
import type { Reach } from './reach.ts';
import type { Session } from '../session/session.ts';

const nas: Reach = { to: { host: 'nas', port: 1 }, plain: false, acceptNewKey: false };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Sessions over a link in memory, one more for each dial. */
function keptSessions(): { kept: KeptSessions; dialed: Session[] } {
  const dialed: Session[] = [];
  const kept = new KeptSessions(async () => {
    const { dialer } = await sessionPair();
    dialed.push(dialer.session);
    return dialer.session;
  });
  return { kept, dialed };
}

const sessionOf = ({ session }: { readonly session: Session }): Promise<Session> => Promise.resolve(session);

describe('a kept session', () => {
  it('serves calls one after the other and at once', async () => {
    const { kept, dialed } = keptSessions();
    const [one, two] = await Promise.all([kept.use(nas, sessionOf), kept.use(nas, sessionOf)]);
    expect(await kept.use(nas, sessionOf)).toBe(one);
    expect(two).toBe(one);
    expect(dialed).toHaveLength(1);
  });

  it('serves one way to reach a device; another has its own', async () => {
    const { kept, dialed } = keptSessions();
    await kept.use(nas, sessionOf);
    await kept.use({ ...nas, plain: true }, sessionOf);
    await kept.use({ ...nas, acceptNewKey: true }, sessionOf);
    await kept.use({ ...nas, expectDeviceId: 'a'.repeat(64) }, sessionOf);
    await kept.use({ ...nas, to: { host: 'nas', port: 2 } }, sessionOf);
    expect(dialed).toHaveLength(5);
  });

  it('is closed when nobody has asked for a while, counted from the end of the last call', async () => {
    const { kept } = keptSessions();
    const session = await kept.use(nas, sessionOf);
    vi.advanceTimersByTime(keptIdleMs - 1);
    let end: () => void = () => {};
    const call = kept.use(nas, () => new Promise<void>((resolve) => (end = resolve)));
    await Promise.resolve();
    vi.advanceTimersByTime(10 * keptIdleMs);
    expect(session.isOver).toBe(false);
    end();
    await call;
    vi.advanceTimersByTime(keptIdleMs - 1);
    expect(session.isOver).toBe(false);
    vi.advanceTimersByTime(1);
    expect(session.isOver).toBe(true);
  });

  it('that broke is replaced once; a new one that breaks is told', async () => {
    const { kept, dialed } = keptSessions();
    await kept.use(nas, sessionOf);
    const breaking = async ({ session }: { readonly session: Session }): Promise<void> => {
      session.close('gone');
      throw new HexdropError('connection-lost');
    };
    await expect(kept.use(nas, breaking)).rejects.toMatchObject({ code: 'connection-lost' });
    expect(dialed).toHaveLength(2);
    await kept.use(nas, sessionOf);
    expect(dialed).toHaveLength(3);
  });

  it('stays when a call fails that has nothing to do with it', async () => {
    const { kept, dialed } = keptSessions();
    await kept.use(nas, sessionOf);
    const failing = (): Promise<never> => Promise.reject(new HexdropError('no-such-path'));
    await expect(kept.use(nas, failing)).rejects.toMatchObject({ code: 'no-such-path' });
    await kept.use(nas, sessionOf);
    expect(dialed).toHaveLength(1);
  });

  it('with a device of which something changed is closed after the calls that run', async () => {
    const { kept, dialed } = keptSessions();
    const session = await kept.use(nas, sessionOf);
    let end: () => void = () => {};
    const call = kept.use(nas, () => new Promise<void>((resolve) => (end = resolve)));
    await Promise.resolve();
    kept.leave(session.peer.deviceId);
    expect(session.isOver).toBe(false);
    expect(await kept.use(nas, sessionOf)).not.toBe(session);
    end();
    await call;
    expect(session.isOver).toBe(true);
    expect(dialed).toHaveLength(2);
  });

  it('is not opened once all are closed, nor left open by a dial that ends later', async () => {
    let arrive: (session: Session) => void = () => {};
    const kept = new KeptSessions(() => new Promise((resolve) => (arrive = resolve)));
    const call = kept.use(nas, sessionOf);
    const { dialer } = await sessionPair();
    kept.close();
    arrive(dialer.session);
    await expect(call).rejects.toMatchObject({ code: 'shutting-down' });
    expect(dialer.session.isOver).toBe(true);
    await expect(kept.use(nas, sessionOf)).rejects.toMatchObject({ code: 'shutting-down' });
  });
});
