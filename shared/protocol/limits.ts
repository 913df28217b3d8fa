/**
 * Every cap and clock of the protocol, with the reason for its value. docs/PROTOCOL.md, "Limits", is made from
 * this table. Caps are checked before anything is allocated.
 */

/** The protocol version that this program speaks. */
export const protocolVersion = 1;

/** u32 0x48584431, "HXD1". */
export const magic = 0x48584431;

/** Bytes of a frame header: exactly one row of a hex dump. */
export const headerBytes = 16;

/** Bytes of the DATA prefix: header + prefix are 64 bytes, so file content starts on a cache line of the buffer. */
export const dataPrefixBytes = 48;

/** Bytes of a PACK entry before its content. */
export const packPrefixBytes = 40;

/** The unit of DATA, of digests and of resume: large enough that a frame costs nothing, small enough to lose. */
export const chunkBytes = 262_144;

export const digestBytes = 32;

/** Bytes of the opaque version of a source file. */
export const versionBytes = 16;

/** Bytes of a MANIFEST payload before its entries, and of an entry before its name. */
export const manifestPrefixBytes = 12;
export const manifestEntryBytes = 40;

export type LimitUnit =
  | 'bytes'
  | 'ms'
  | 'characters'
  | 'entries'
  | 'levels'
  | 'files'
  | 'paths'
  | 'notices'
  | 'texts'
  | 'connections'
  | 'requests';

interface Limit {
  readonly value: number;
  readonly unit: LimitUnit;
  readonly what: string;
  readonly reason: string;
}

const limit = (value: number, unit: LimitUnit, what: string, reason: string): Limit => ({
  value,
  unit,
  what,
  reason,
});

export const limitTable = {
  controlBytes: limit(
    262_144,
    'bytes',
    'JSON payload of a control frame',
    'a WANT for a full page with digests takes about 190 kB',
  ),
  smallControlBytes: limit(
    8_192,
    'bytes',
    'JSON payload of a control frame that has no list of entries or paths',
    'a peer that is not known yet must not cost more',
  ),
  manifestBytes: limit(
    262_144,
    'bytes',
    'payload of MANIFEST',
    '2,048 entries of ordinary names, or 888 of the longest',
  ),
  bulkBytes: limit(
    chunkBytes + dataPrefixBytes,
    'bytes',
    'payload of DATA or PACK',
    'one chunk and its prefix, so that one pooled buffer holds any bulk frame',
  ),
  bulkMarkBytes: limit(48, 'bytes', 'payload of END or SAME', 'END has 48, SAME has 8'),
  contentBytes: limit(chunkBytes + 16, 'bytes', 'payload of CONTENT', 'one chunk, its offset and the size'),
  packEntries: limit(6_554, 'files', 'files in one PACK', 'as many empty ones as fit'),
  manifestPageEntries: limit(
    2_048,
    'entries',
    'entries in one MANIFEST, and in one list of a WANT',
    'one page is decoded within a few milliseconds',
  ),
  previewEntries: limit(
    8_192,
    'entries',
    'manifest entries sent before ACCEPT',
    'enough for a preview, little enough for an offer that nobody wants',
  ),
  windowEntries: limit(
    65_536,
    'entries',
    'manifest entries sent and not yet settled, after ACCEPT',
    'bounds the memory of both sides whatever the size of the tree',
  ),
  treeDepth: limit(
    512,
    'levels',
    'depth of a manifest entry; entries at the top have depth 1',
    'deeper trees hardly fit into the paths that systems take',
  ),
  nameBytes: limit(255, 'bytes', 'one name, in UTF-8', 'what every common file system takes'),
  pathCharacters: limit(
    4_096,
    'characters',
    'a path in LIST, STAT, READ, GET or OFFER',
    'what common systems take',
  ),
  getPaths: limit(1_000, 'paths', 'paths in one GET', 'what a person selects; more is a folder'),
  offerRoots: limit(
    100,
    'entries',
    'top-level entries shown in one OFFER',
    'what a person looks at before accepting',
  ),
  listingEntries: limit(1_000, 'entries', 'entries in one LISTING', 'a page fits into a control frame'),
  listingOmissions: limit(
    100,
    'entries',
    'entries named in one LISTING that are left out of it',
    'more than anybody reads',
  ),
  aliasCharacters: limit(64, 'characters', 'alias and app', 'they must fit into a list row'),
  messageCharacters: limit(1_000, 'characters', '`message` and `reason`', 'a few sentences'),
  detailCharacters: limit(100, 'characters', '`seen` and `allowed`', 'a value, not a story'),
  notices: limit(
    10_000,
    'notices',
    'NOTICE frames of one side in a transfer; more are passed over',
    'more names than anybody reads',
  ),
  pinCharacters: limit(64, 'characters', 'a PIN', 'a pass phrase fits'),
  textCharacters: limit(
    60_000,
    'characters',
    'a text',
    'some pages; more is a file. In UTF-8 it fits a control frame',
  ),
  textsPerMinute: limit(
    20,
    'texts',
    'texts from one address in a minute',
    'faster than people write, too slow to bury anybody',
  ),
  openRequests: limit(
    64,
    'requests',
    'requests open in one session at a time, each side; transfers count',
    'more is a fault or an attack',
  ),
  connectionsPerAddress: limit(
    32,
    'connections',
    'connections from one origin (IPv4 address or IPv6 /64) at a time, lanes included',
    'eight transfers with four lanes each',
  ),
  lanesPerTransfer: limit(
    4,
    'connections',
    'lanes of one transfer',
    'more gain nothing on any line measured',
  ),
  preHandshakeBytes: limit(
    16_384,
    'bytes',
    'bytes taken from a peer before its handshake is complete',
    'the longest HELLO and as much again',
  ),
  handshakeMs: limit(
    10_000,
    'ms',
    'from the first byte of a connection, or its opening, to WELCOME or JOINED',
    'several round trips of the slowest local network',
  ),
  pingAfterMs: limit(
    10_000,
    'ms',
    'silence after which PING is sent',
    'finds a dead peer while a person still waits',
  ),
  silentAfterMs: limit(
    30_000,
    'ms',
    'silence after which the peer counts as gone',
    'two lost PINGs and a pause',
  ),
  completionGraceMs: limit(
    1_500,
    'ms',
    'from DONE to BYE, after which the sink forgets what has landed',
    'a DONE that got lost must not bring everything again',
  ),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limitTable;

/** The values alone: `limits.controlBytes`. */
export const limits = Object.fromEntries(
  Object.entries(limitTable).map(([name, { value }]) => [name, value]),
) as Readonly<Record<LimitName, number>>;
