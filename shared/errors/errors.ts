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

/**
 * What a code is usually said of, and so which frame carries it: the session (ERROR with id 0), a lane that ended (the
 * same, on the control connection), a question or an offer (ERROR with its id, DECLINE), a transfer as a whole (DECLINE,
 * CANCEL), one file (FAULT), any of these. A code of `never` is this program's own.
 */
export type Travels = 'session' | 'lane' | 'request' | 'transfer' | 'file' | 'any' | 'never';

interface ErrorEntry {
  readonly travels: Travels;
  readonly exit: ExitClass;
  /** For people: one sentence without the particulars. */
  readonly meaning: string;
  /** The revision of docs/PROTOCOL.md that brought it. */
  readonly since: number;
}

const entry = (travels: Travels, exit: ExitClass, meaning: string, since = 1): ErrorEntry => ({
  travels,
  exit,
  meaning,
  since,
});

export const errorTable = {
  // Framing
  'bad-magic': entry('session', 'failed', 'The bytes do not start with the frame magic "HXD1".'),
  'bad-flags': entry('session', 'failed', 'A frame carries flag bits that this version does not define.'),
  'bad-channel': entry(
    'session',
    'failed',
    'A frame carries a channel number that its connection does not have.',
  ),
  'bad-id': entry('session', 'failed', 'A frame carries a request id that its sender may not use.'),
  'unknown-type': entry('session', 'failed', 'A frame of an unknown type is not marked optional.'),
  'frame-too-large': entry('session', 'failed', 'A frame announces more payload than its type may carry.'),
  'truncated-frame': entry('lane', 'unreachable', 'The connection ended in the middle of a frame.'),
  'bad-payload': entry('session', 'failed', 'The payload of a frame does not have the form of its type.'),
  // Session
  'unexpected-frame': entry('session', 'failed', 'A frame came in a state that does not allow it.'),
  'version-unsupported': entry('session', 'failed', 'The two programs share no version of the protocol.'),
  'certificate-required': entry('session', 'unauthorised', 'The peer presented no certificate.'),
  'key-not-allowed': entry(
    'session',
    'unauthorised',
    'The key of the peer is of a kind that identifies nobody.',
    2,
  ),
  'identity-mismatch': entry(
    'session',
    'unauthorised',
    'The peer claims a device id that its key does not have.',
  ),
  'peer-key-changed': entry('never', 'unauthorised', 'A known device presents another key than before.'),
  'plain-not-allowed': entry(
    'session',
    'unauthorised',
    'The listener does not take unencrypted connections.',
  ),
  'tls-failed': entry('never', 'unreachable', 'The encrypted connection could not be set up.'),
  'handshake-timeout': entry('session', 'unreachable', 'The peer did not complete the handshake in time.'),
  'peer-silent': entry('session', 'unreachable', 'The peer has not answered for too long.'),
  'too-many-sessions': entry('session', 'unreachable', 'There are too many connections from this address.'),
  'too-many-requests': entry('session', 'failed', 'There are too many requests open in this session.'),
  'shutting-down': entry('session', 'failed', 'The peer is shutting down.'),
  'connection-lost': entry('lane', 'unreachable', 'The connection broke.'),
  internal: entry('any', 'failed', 'Something failed that should not have.'),
  // Reaching a peer
  unreachable: entry('never', 'unreachable', 'No way to that address.'),
  'host-unknown': entry('never', 'unreachable', 'No device of that name is known.'),
  'connection-refused': entry('never', 'unreachable', 'Nothing listens there.'),
  'name-server-silent': entry('never', 'unreachable', 'The name server of this network does not answer.'),
  'discovery-failed': entry(
    'never',
    'unreachable',
    'Devices on the network cannot be seen, or do not see this one.',
  ),
  'port-taken': entry('never', 'failed', 'Another program listens on that port.'),
  'not-hexdrop': entry('never', 'unreachable', 'What answers there does not speak the Hexdrop protocol.'),
  // What this device keeps for itself
  'home-unwritable': entry(
    'never',
    'failed',
    'The folder in which Hexdrop keeps its own files cannot be written.',
  ),
  // Access to shares
  'no-such-share': entry('request', 'failed', 'There is no share of that name.'),
  'no-such-path': entry('request', 'failed', 'There is no such file or folder in the share.'),
  'not-a-folder': entry('request', 'failed', 'Something that is not a folder is where a folder must be.'),
  'read-only': entry('request', 'unauthorised', 'The share does not take uploads.'),
  'pin-required': entry('request', 'unauthorised', 'The share asks for a PIN.'),
  'pin-wrong': entry('request', 'unauthorised', 'The PIN is wrong.'),
  'pin-throttled': entry('request', 'unauthorised', 'Too many wrong PINs: wait before the next try.'),
  'share-removed': entry('transfer', 'failed', 'The folder is no longer shared.'),
  // Texts
  'text-throttled': entry('request', 'failed', 'Too many texts from this device: wait before the next one.'),
  // Transfers
  declined: entry('transfer', 'declined', 'The receiver declined.'),
  cancelled: entry('transfer', 'interrupted', 'The transfer was cancelled.'),
  'not-receiving': entry('request', 'declined', 'The device takes nothing now.'),
  'no-space': entry('request', 'declined', 'The receiver has no space for all of it.', 2),
  'transfer-unknown': entry('session', 'failed', 'There is no such transfer here.'),
  'manifest-order': entry(
    'session',
    'failed',
    'Manifest entries are not in the order that the protocol asks for.',
  ),
  'manifest-too-large': entry('session', 'failed', 'The manifest runs further ahead than its window allows.'),
  'manifest-depth': entry('session', 'failed', 'The tree is deeper than the protocol allows.'),
  'unsafe-name': entry('any', 'failed', 'A name could lead out of its folder.'),
  'unsafe-path': entry('request', 'failed', 'A path could lead out of its root.'),
  // Single files
  'file-unreadable': entry('file', 'failed', 'The file cannot be read.'),
  'page-gone': entry(
    'transfer',
    'failed',
    'The page that the files were streamed from was closed, or its connection broke.',
  ),
  'file-changed': entry('file', 'failed', 'The file changed while it was sent.'),
  'file-vanished': entry('file', 'failed', 'The file is no longer there.'),
  'permission-denied': entry('file', 'failed', 'The system does not permit it.'),
  'disk-full': entry('file', 'failed', 'There is no space left.'),
  'file-too-large': entry('file', 'failed', 'The file is larger than can be carried or kept.', 2),
  'name-too-long': entry('file', 'failed', 'The name is longer than the file system takes.'),
  'path-too-long': entry('file', 'failed', 'The path is longer than the system takes.'),
  'name-not-allowed': entry('file', 'failed', 'This system does not allow the name.'),
  'name-not-utf8': entry('file', 'failed', 'The name is not valid UTF-8.'),
  'is-a-folder': entry('request', 'failed', 'A folder is where a file must be.'),
  'not-a-file': entry('request', 'failed', 'It is neither a file nor a folder.'),
  'symlink-in-path': entry(
    'request',
    'failed',
    'A symbolic link stands in the path; links are not followed.',
  ),
  'file-exists': entry('request', 'failed', 'There is a file of that name already.'),
  'digest-mismatch': entry('file', 'integrity', 'The content does not have the digest that was announced.'),
  'write-failed': entry('file', 'failed', 'The file could not be written.'),
  'read-failed': entry('file', 'failed', 'The file could not be read to its end.'),
  // Between a window and the program behind it
  'unknown-call': entry('never', 'failed', 'The program does not know this call.'),
  'bad-arguments': entry('never', 'failed', 'The arguments of a call do not have the form that it asks for.'),
  'too-many-calls': entry('never', 'failed', 'There are too many calls open at once.'),
  'ref-unknown': entry(
    'never',
    'failed',
    'What was chosen is no longer known to the program: choose it again.',
  ),
  'device-unknown': entry('never', 'failed', 'The device is no longer in the list.'),
  'not-verified': entry('never', 'unauthorised', 'The device is not verified.'),
  'not-supported': entry('never', 'failed', 'This program cannot do that here.'),
  'not-possible-now': entry('never', 'failed', 'The state of the transfer does not allow that.'),
  'transfers-running': entry('never', 'failed', 'Transfers are running.'),
  // Captures
  'not-a-capture': entry('never', 'failed', 'The file is no capture that this program can read.'),
  'no-such-capture': entry('never', 'failed', 'That capture is not open.'),
  'too-many-captures': entry('never', 'failed', 'There are too many captures open.'),
  // The person at the keyboard
  usage: entry('never', 'usage', 'The call is not understood.'),
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

/** Whether a peer may send it to us in ERROR, FAULT, DECLINE or CANCEL. */
const mayTravel = (code: ErrorCode): boolean => errorTable[code].travels !== 'never';

/** A code as read off the wire: one that is unknown here, or that may not cross the wire, reads as `internal`. */
export const codeFromWire = (code: string): ErrorCode =>
  isErrorCode(code) && mayTravel(code) ? code : 'internal';

/** The code to put on the wire: one that may not cross it is told as `internal`. */
export const codeForWire = (code: ErrorCode): ErrorCode => (mayTravel(code) ? code : 'internal');

/** Anything thrown, as a HexdropError; what is not one already becomes `fallback`. */
export const asHexdropError = (thrown: unknown, fallback: ErrorCode = 'internal'): HexdropError =>
  thrown instanceof HexdropError
    ? thrown
    : new HexdropError(fallback, thrown instanceof Error ? thrown.message : String(thrown), {
        cause: thrown,
      });
