/**
 * The vocabulary of failure: a closed union of stable codes, one error class, one table.
 *
 * A code never changes its meaning once released; messages may. A message says what was seen and what is
 * allowed. Which codes may cross the wire is docs/PROTOCOL.md, "Errors"; that table is made from this one.
 */

/** What a process exits with when a failure of this kind ends it (docs: README, "Exit codes"). */
export type ExitClass =
  | 'failed'
  | 'usage'
  | 'declined'
  | 'unreachable'
  | 'unauthorised'
  | 'integrity'
  | 'interrupted';

interface ErrorEntry {
  /** Whether a peer may send it to us in ERROR, FAULT, DECLINE or CANCEL. */
  readonly wire: boolean;
  readonly exit: ExitClass;
  /** For people: one sentence without the particulars. */
  readonly meaning: string;
}

const entry = (wire: boolean, exit: ExitClass, meaning: string): ErrorEntry => ({ wire, exit, meaning });

export const errorTable = {
  // Framing
  'bad-magic': entry(true, 'failed', 'The bytes do not start with the frame magic "HXD1".'),
  'bad-flags': entry(true, 'failed', 'A frame carries flag bits that this version does not define.'),
  'bad-channel': entry(true, 'failed', 'A frame carries a channel number that its connection does not have.'),
  'bad-id': entry(true, 'failed', 'A frame carries a request id that its sender may not use.'),
  'unknown-type': entry(true, 'failed', 'A frame of an unknown type is not marked optional.'),
  'frame-too-large': entry(true, 'failed', 'A frame announces more payload than its type may carry.'),
  'truncated-frame': entry(true, 'unreachable', 'The connection ended in the middle of a frame.'),
  'bad-payload': entry(true, 'failed', 'The payload of a frame does not have the form of its type.'),
  // Session
  'unexpected-frame': entry(true, 'failed', 'A frame came in a state that does not allow it.'),
  'version-unsupported': entry(true, 'failed', 'The two programs share no version of the protocol.'),
  'certificate-required': entry(true, 'unauthorised', 'The peer presented no certificate.'),
  'identity-mismatch': entry(true, 'unauthorised', 'The peer claims a device id that its key does not have.'),
  'peer-key-changed': entry(false, 'unauthorised', 'A known device presents another key than before.'),
  'plain-not-allowed': entry(true, 'unauthorised', 'The listener does not take unencrypted connections.'),
  'tls-failed': entry(false, 'unreachable', 'The encrypted connection could not be set up.'),
  'handshake-timeout': entry(true, 'unreachable', 'The peer did not complete the handshake in time.'),
  'peer-silent': entry(true, 'unreachable', 'The peer has not answered for too long.'),
  'too-many-sessions': entry(true, 'unreachable', 'There are too many connections from this address.'),
  'too-many-requests': entry(true, 'failed', 'There are too many requests open in this session.'),
  'shutting-down': entry(true, 'failed', 'The peer is shutting down.'),
  'connection-lost': entry(true, 'unreachable', 'The connection broke.'),
  internal: entry(true, 'failed', 'Something failed that should not have.'),
  // Reaching a peer
  unreachable: entry(false, 'unreachable', 'No way to that address.'),
  'host-unknown': entry(false, 'unreachable', 'No device of that name is known.'),
  'connection-refused': entry(false, 'unreachable', 'Nothing listens there.'),
  'discovery-failed': entry(
    false,
    'unreachable',
    'Devices on the network cannot be seen, or do not see this one.',
  ),
  'port-taken': entry(false, 'failed', 'Another program listens on that port.'),
  'not-hexdrop': entry(false, 'unreachable', 'What answers there does not speak the Hexdrop protocol.'),
  // Access to shares
  'no-such-share': entry(true, 'failed', 'There is no share of that name.'),
  'no-such-path': entry(true, 'failed', 'There is no such file or folder in the share.'),
  'not-a-folder': entry(true, 'failed', 'Something that is not a folder is where a folder must be.'),
  'read-only': entry(true, 'unauthorised', 'The share does not take uploads.'),
  'pin-required': entry(true, 'unauthorised', 'The share asks for a PIN.'),
  'pin-wrong': entry(true, 'unauthorised', 'The PIN is wrong.'),
  'pin-throttled': entry(true, 'unauthorised', 'Too many wrong PINs: wait before the next try.'),
  'share-removed': entry(true, 'failed', 'The folder is no longer shared.'),
  // Texts
  'text-throttled': entry(true, 'failed', 'Too many texts from this device: wait before the next one.'),
  // Transfers
  declined: entry(true, 'declined', 'The receiver declined.'),
  cancelled: entry(true, 'interrupted', 'The transfer was cancelled.'),
  'not-receiving': entry(true, 'declined', 'The device takes nothing now.'),
  'transfer-unknown': entry(true, 'failed', 'There is no such transfer here.'),
  'manifest-order': entry(
    true,
    'failed',
    'Manifest entries are not in the order that the protocol asks for.',
  ),
  'manifest-too-large': entry(true, 'failed', 'The manifest runs further ahead than its window allows.'),
  'manifest-depth': entry(true, 'failed', 'The tree is deeper than the protocol allows.'),
  'unsafe-name': entry(true, 'failed', 'A name could lead out of its folder.'),
  'unsafe-path': entry(true, 'failed', 'A path could lead out of its root.'),
  // Single files
  'file-unreadable': entry(true, 'failed', 'The file cannot be read.'),
  'page-gone': entry(true, 'failed', 'The page that the files were streamed from was closed.'),
  'file-changed': entry(true, 'failed', 'The file changed while it was sent.'),
  'file-vanished': entry(true, 'failed', 'The file is no longer there.'),
  'permission-denied': entry(true, 'failed', 'The system does not permit it.'),
  'disk-full': entry(true, 'failed', 'There is no space left.'),
  'file-too-large': entry(true, 'failed', 'The file is larger than can be carried or kept.'),
  'name-too-long': entry(true, 'failed', 'The name is longer than the file system takes.'),
  'path-too-long': entry(true, 'failed', 'The path is longer than the system takes.'),
  'name-not-allowed': entry(true, 'failed', 'This system does not allow the name.'),
  'name-not-utf8': entry(true, 'failed', 'The name is not valid UTF-8.'),
  'is-a-folder': entry(true, 'failed', 'A folder is where a file must be.'),
  'not-a-file': entry(true, 'failed', 'It is neither a file nor a folder.'),
  'symlink-in-path': entry(true, 'failed', 'A symbolic link stands in the path; links are not followed.'),
  'file-exists': entry(true, 'failed', 'There is a file of that name already.'),
  'digest-mismatch': entry(true, 'integrity', 'The content does not have the digest that was announced.'),
  'write-failed': entry(true, 'failed', 'The file could not be written.'),
  'read-failed': entry(true, 'failed', 'The file could not be read to its end.'),
  // Between a window and the program behind it
  'unknown-call': entry(false, 'failed', 'The program does not know this call.'),
  'bad-arguments': entry(false, 'failed', 'The arguments of a call do not have the form that it asks for.'),
  'too-many-calls': entry(false, 'failed', 'There are too many calls open at once.'),
  'ref-unknown': entry(
    false,
    'failed',
    'What was chosen is no longer known to the program: choose it again.',
  ),
  'device-unknown': entry(false, 'failed', 'The device is no longer in the list.'),
  'not-verified': entry(false, 'unauthorised', 'The device is not verified.'),
  'not-supported': entry(false, 'failed', 'This program cannot do that here.'),
  'not-possible-now': entry(false, 'failed', 'The state of the transfer does not allow that.'),
  'transfers-running': entry(false, 'failed', 'Transfers are running.'),
  // Captures
  'not-a-capture': entry(false, 'failed', 'The file is no capture that this program can read.'),
  'no-such-capture': entry(false, 'failed', 'That capture is not open.'),
  'too-many-captures': entry(false, 'failed', 'There are too many captures open.'),
  // The person at the keyboard
  usage: entry(false, 'usage', 'The call is not understood.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

export interface ErrorDetails {
  /** What was seen, short. */
  readonly seen?: string | undefined;
  /** What is allowed, short. */
  readonly allowed?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The one error of the protocol and the engine. `message` is a full sentence for people. */
export class HexdropError extends Error {
  readonly code: ErrorCode;
  readonly seen: string | undefined;
  readonly allowed: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message?: string, details: ErrorDetails = {}) {
    super(
      message ?? errorTable[code].meaning,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'HexdropError';
    this.code = code;
    this.seen = details.seen;
    this.allowed = details.allowed;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);

/** A code as read off the wire: one that is unknown here, or that may not cross the wire, reads as `internal`. */
export const codeFromWire = (code: string): ErrorCode =>
  isErrorCode(code) && errorTable[code].wire ? code : 'internal';

/** The code to put on the wire: one that may not cross it is told as `internal`. */
export const codeForWire = (code: ErrorCode): ErrorCode => (errorTable[code].wire ? code : 'internal');

/** Anything thrown, as a HexdropError; what is not one already becomes `fallback`. */
export const asHexdropError = (thrown: unknown, fallback: ErrorCode = 'internal'): HexdropError =>
  thrown instanceof HexdropError
    ? thrown
    : new HexdropError(fallback, thrown instanceof Error ? thrown.message : String(thrown), {
        cause: thrown,
      });
