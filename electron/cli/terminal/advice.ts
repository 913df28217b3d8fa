/**
 * The way forward after a failure: what to try, where the message of the engine
 * does not say so itself because it does not know the command line.
 */

import type { ErrorCode, HexdropError } from '../../../shared/errors/errors.ts';

const advice: Partial<Record<ErrorCode, string>> = {
  'connection-refused': 'Start "hexdrop receive" or "hexdrop share" there.',
  'connection-lost': 'Start the same command again: it continues from what was verified.',
  'peer-silent':
    'Start the same command again when the other side answers: it continues from what was verified.',
  'shutting-down':
    'Start the same command again when the other side is back: it continues from what was verified.',
  'too-many-sessions': 'Wait until some of the other connections are over.',
  'version-unsupported': 'Bring the older of the two programs up to date.',
  'plain-not-allowed': 'Leave out --plain, or start the other side with --plain as well.',
  'no-such-share': 'See what is shared with "hexdrop ls <host[:port]>".',
  'no-such-path': 'See what is there with "hexdrop ls <host[:port]>/<share>".',
  'read-only': 'The other side must share it with --writable.',
  'pin-required': 'Put the PIN into a file and give it with --pin-file.',
  'pin-wrong': 'Ask the owner of the share for the PIN.',
  'not-receiving': 'The other side must run "hexdrop receive".',
  'no-space': 'Make room there. With --force "hexdrop receive" and "hexdrop get" take it as far as it goes.',
  'disk-full': 'Make room there, then start the same command again: it continues from what was verified.',
};

const waitAdvice = (milliseconds: number): string => {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
};

export const adviceFor = (error: HexdropError): string | undefined =>
  error.retryAfterMs === undefined ? advice[error.code] : waitAdvice(error.retryAfterMs);
