/**
 * Asking a peer: lists of folders, ranges of files, texts, whether it is there at all. Pages of LISTING become entries;
 * PINs open what is locked.
 */

import { compareUtf8 } from '../../../shared/base/text.ts';
import type { PeerView } from '../../../shared/model/peer.ts';
import type { ListedEntry } from '../../../shared/model/share.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { checkText } from '../../../shared/protocol/text-limit.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import type {
  FileRange,
  ListPage,
  ListPageRequest,
  ListRequest,
  Probed,
  ProbeRequest,
  ReadRequest,
  TextRequest,
} from '../api.ts';
import type { PeerContext } from './context.ts';
import { joined, partsOf } from './range-parts.ts';
import type { KeptSession, KeptSessions } from './kept-sessions.ts';
import { reachOf, reachSession } from './reach.ts';
import type { Reach } from './reach.ts';
import type { Session } from '../session/session.ts';
import { splitPeerPath } from '../../base/safe-path.ts';

/** Gives the PIN for the share that a path leads into, once for a session. */
export async function unlockFor(session: Session, path: string, pin: string | undefined): Promise<void> {
  const [share] = splitPeerPath(path);
  if (pin !== undefined && share !== undefined) await session.ask('UNLOCK', { share, pin });
}

export async function* listRemote(context: PeerContext, request: ListRequest): AsyncIterable<ListedEntry> {
  const { path, recursive = false } = request;
  const manner: Manner = { ...request, recursive };
  const session = await openSession(context, reachOf(request.from, request));
  try {
    await unlockFor(session, path, request.pin);
    const start = splitPeerPath(path).join('/');
    if (start === '') yield* listFolder(session, '', manner);
    else yield* listPath(session, start, manner);
  } catch (thrown) {
    throw asHexdropError(thrown);
  } finally {
    session.close('done');
  }
}

/** One page of a folder, in a session that is kept for the next one. */
export async function listPage(sessions: KeptSessions, request: ListPageRequest): Promise<ListPage> {
  const path = splitPeerPath(request.path).join('/');
  const { after } = request;
  return sessions.use(reachOf(request.from, request), (kept) =>
    opened(kept, path, request.pin, async ({ session }) => {
      const isFirst = path !== '' && after === undefined;
      // Asked at once: only the answer to STAT tells a file from a folder that holds one of the same name.
      const [listing, found] = await Promise.all([
        session.ask('LIST', { path, ...(after === undefined ? {} : { after }) }),
        isFirst ? session.ask('STAT', { path }) : undefined,
      ]);
      const { writable, more } = listing;
      const entries =
        found?.entry.kind === 'file'
          ? [listedAt(path, found.entry)]
          : listing.entries.map((entry) => listedAt(childPath(path, entry.name), entry));
      if (more && entries.length === 0) throw emptyPage();
      return { peer: session.peer, writable, entries, more };
    }),
  );
}

/** At most this much of a file at once: what a preview shows. */
const readBytes = 1_048_576;

/** A range of a file, in a session that is kept for the next one. */
export async function readRemote(sessions: KeptSessions, request: ReadRequest): Promise<FileRange> {
  const { offset, length } = request;
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(offset + readBytes))
    throw new HexdropError('usage', 'A range starts at a byte of the file.', { seen: String(offset) });
  if (!Number.isSafeInteger(length) || length < 1 || length > readBytes) {
    throw new HexdropError('usage', `A range has 1 to ${readBytes} bytes.`, {
      seen: String(length),
      allowed: `1 to ${readBytes}`,
    });
  }
  const path = splitPeerPath(request.path).join('/');
  if (path === '') throw new HexdropError('no-such-share', 'A path starts with the name of a share.');
  const parts = partsOf(offset, length);
  return sessions.use(reachOf(request.from, request), (kept) =>
    opened(kept, path, request.pin, async ({ session }) =>
      joined(parts, await Promise.all(parts.map((part) => session.ask('READ', { path, ...part })))),
    ),
  );
}

export async function sendText(context: PeerContext, request: TextRequest): Promise<PeerView> {
  const { text } = request;
  checkText(text);
  // Not in a kept session: a text must not be sent twice because one turned out to be broken.
  const session = await openSession(context, reachOf(request.to, request));
  try {
    await session.ask('TEXT', { text });
    return session.peer;
  } finally {
    session.close('done');
  }
}

export async function probe(context: PeerContext, request: ProbeRequest): Promise<Probed> {
  const startedAtMs = performance.now();
  const reach = reachOf(request.to, request);
  const session = await openSession(context, { ...reach, staysThere: request.onlyThere === true });
  const tookMs = performance.now() - startedAtMs;
  session.close('done');
  return { peer: session.peer, tookMs };
}

const openSession = (context: PeerContext, reach: Reach): Promise<Session> =>
  reachSession(context, reach, new AbortController().signal);

/** Works behind the PIN, which is given once for a session, and again when the share has got another one. */
async function opened<Result>(
  kept: KeptSession,
  path: string,
  pin: string | undefined,
  work: (kept: KeptSession) => Promise<Result>,
): Promise<Result> {
  const share = path.split('/')[0] as string;
  if (pin === undefined || share === '') return work(kept);
  const isGiven = kept.pins.get(share) === pin;
  if (!isGiven) await givePin(kept, share, pin);
  try {
    return await work(kept);
  } catch (thrown) {
    if (!isGiven || asHexdropError(thrown).code !== 'pin-required') throw thrown;
    await givePin(kept, share, pin);
    return work(kept);
  }
}

async function givePin({ session, pins }: KeptSession, share: string, pin: string): Promise<void> {
  await session.ask('UNLOCK', { share, pin });
  pins.set(share, pin);
}

type Manner = Pick<ListRequest, 'recursive' | 'onFault' | 'onOmitted'>;

async function* listPath(session: Session, path: string, manner: Manner): AsyncIterable<ListedEntry> {
  const { entry } = await session.ask('STAT', { path });
  if (entry.kind === 'file') yield listedAt(path, entry);
  else yield* listFolder(session, path, manner);
}

async function* listFolder(session: Session, path: string, manner: Manner): AsyncIterable<ListedEntry> {
  const folders: string[] = [];
  let after: string | undefined;
  for (;;) {
    const listing = await session.ask('LIST', { path, ...(after === undefined ? {} : { after }) });
    const { entries, more, omittedCount: count, omitted: named = [] } = listing;
    if (count !== undefined) manner.onOmitted?.(path, { count, named });
    for (const entry of entries) {
      const child = childPath(path, entry.name);
      yield listedAt(child, entry);
      if (entry.kind !== 'file' && entry.locked !== true) folders.push(child);
    }
    if (!more) break;
    const last = entries.at(-1)?.name;
    // Pages go up in the order of names: a peer whose pages do not would be read for ever.
    if (last === undefined || (after !== undefined && compareUtf8(last, after) <= 0)) throw emptyPage();
    after = last;
  }
  if (manner.recursive !== true) return;
  for (const folder of folders) {
    try {
      yield* listFolder(session, folder, manner);
    } catch (thrown) {
      // What the peer answered is about this folder; without a session there is no other one to go on with.
      if (manner.onFault === undefined || session.isOver) throw thrown;
      manner.onFault(folder, asHexdropError(thrown));
    }
  }
}

const childPath = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

const emptyPage = (): HexdropError =>
  new HexdropError('bad-payload', 'A LISTING promises more but brings nothing new.');

/** The entry with its path; what the peer did not say is left out. */
function listedAt(path: string, entry: Payload<'ENTRY'>['entry']): ListedEntry {
  const { name, kind, size, mtime, executable, writable, locked } = entry;
  return {
    path,
    name,
    kind,
    ...(size === undefined ? {} : { size }),
    ...(mtime === undefined ? {} : { mtime }),
    ...(executable === undefined ? {} : { executable }),
    ...(writable === undefined ? {} : { writable }),
    ...(locked === undefined ? {} : { locked }),
  };
}
