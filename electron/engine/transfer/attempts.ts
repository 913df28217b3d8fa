/**
 * Runs a transfer that this side started, again and again while its connection breaks, until it ends or no progress is
 * made for too long (docs/PROTOCOL.md, "Resume"). What an attempt does is the caller's.
 */

import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../shared/errors/errors.ts';
import type { TransferContext } from './context.ts';
import { reachDevice } from '../peers/reach.ts';
import type { Reach, Reached } from '../peers/reach.ts';
import type { Session } from '../session/session.ts';
import type { Outcome, TransferRecord } from './record.ts';

const firstWaitMs = 250;
const longestWaitMs = 5_000;

/** What another attempt may mend: the connection, not the request. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'connection-lost',
  'peer-silent',
  'truncated-frame',
  'bad-magic',
  'bad-payload',
  'bad-flags',
  'unknown-type',
  'frame-too-large',
  'unreachable',
  'connection-refused',
  // It was known before: whoever answers for it may be away for a moment, as the device is.
  'host-unknown',
  'name-server-silent',
  'handshake-timeout',
  'tls-failed',
  'not-hexdrop',
]);

export const isPassing = (error: HexdropError): boolean => passing.has(error.code);

const cancelledHere = 'Cancelled here.';

/** One attempt over an open session. Resolves with how it ended; never rejects with what a retry could mend unseen. */
export type Attempt = (session: Session, ended: (outcome: Outcome) => void) => void | Promise<void>;

/** Resolves once the record is finished. */
export async function runAttempts(
  context: TransferContext,
  record: TransferRecord,
  reach: Reach,
  retryMs: number,
  attempt: Attempt,
): Promise<void> {
  const abort = new AbortController();
  let giveUp = new HexdropError('cancelled', cancelledHere);
  const canceller = {
    cancel: (why: HexdropError): void => {
      if (why.code !== 'cancelled') giveUp = why;
      abort.abort(giveUp);
    },
  };
  let waitMs = firstWaitMs;
  let movedAtMs = performance.now();
  let moved = -1;
  let where = reach;
  for (;;) {
    record.await(canceller);
    const outcome = await runOne(context, record, where, abort.signal, attempt, ({ session, at }) => {
      const { deviceId, secure } = session.peer;
      where = { ...where, to: at, ...(secure ? { expectDeviceId: deviceId } : {}) };
    });
    if (abort.signal.aborted)
      return record.finish({ kind: 'cancelled', code: giveUp.code, message: giveUp.message });
    // Replaced once; from then on it must stay the same, wherever the device goes.
    where = { ...where, acceptNewKey: false };
    if (outcome.kind !== 'failed' || !record.isAccepted || !isPassing(outcome.error))
      return record.finish(outcome);
    if (record.settledBytes > moved) {
      moved = record.settledBytes;
      movedAtMs = performance.now();
      waitMs = firstWaitMs;
    }
    // A pause has no end of its own: while it lasts nobody gives up.
    if (record.isPaused && retryMs > 0) {
      movedAtMs = performance.now();
      waitMs = Math.min(waitMs, retryMs / 2);
    }
    if (performance.now() - movedAtMs + waitMs > retryMs) return record.finish(outcome);
    record.await(canceller);
    record.retrying(waitMs, outcome.error);
    await sleep(waitMs, abort.signal);
    waitMs = Math.min(longestWaitMs, waitMs * 2);
  }
}

async function runOne(
  context: TransferContext,
  record: TransferRecord,
  reach: Reach,
  signal: AbortSignal,
  attempt: Attempt,
  reached: (reached: Reached) => void,
): Promise<Outcome> {
  let session: Session;
  try {
    const found = await reachDevice(context, reach, signal);
    reached(found);
    ({ session } = found);
  } catch (thrown) {
    return { kind: 'failed', error: asHexdropError(thrown) };
  }
  if (signal.aborted) {
    session.close('cancelled');
    return { kind: 'cancelled', code: 'cancelled', message: cancelledHere };
  }
  record.connected(session.peer);
  const close = (): void => session.close('cancelled');
  signal.addEventListener('abort', close);
  const outcome = await new Promise<Outcome>((resolve) => {
    const fail = (thrown: unknown): void => resolve({ kind: 'failed', error: asHexdropError(thrown) });
    try {
      const running = attempt(session, (outcome) => {
        // At once: the sink forgets what has landed as soon as this returns.
        if (outcome.kind === 'done') record.finish(outcome);
        resolve(outcome);
      });
      running?.catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  });
  signal.removeEventListener('abort', close);
  session.close(outcome.kind === 'done' ? 'done' : 'over');
  return outcome;
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
