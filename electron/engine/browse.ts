/** Browsing a peer: pages of LISTING become entries one after the other; PINs open what is locked. */

import { displayName } from '../../shared/model/display-name.ts';
import type { ListedEntry } from '../../shared/model/share.ts';
import type { Payload } from '../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../shared/protocol/errors.ts';
import { isComponent } from '../../shared/protocol/manifest-order.ts';
import type { ListRequest } from './api.ts';
import type { EngineContext } from './context.ts';
import { reachSession } from './session/reach.ts';
import type { Session } from './session/session.ts';
import { splitPeerPath } from './transfer/safe-path.ts';

/** Gives the PIN for the share that a path leads into, once for a session. */
export async function unlockFor(session: Session, path: string, pin: string | undefined): Promise<void> {
  const [share] = splitPeerPath(path);
  if (pin !== undefined && share !== undefined) await session.ask('UNLOCK', { share, pin });
}

export async function* listRemote(context: EngineContext, request: ListRequest): AsyncIterable<ListedEntry> {
  const { from, path, plain = false, acceptNewKey = false } = request;
  const abort = new AbortController();
  const session = await reachSession(context, { to: from, plain, acceptNewKey }, abort.signal);
  try {
    await unlockFor(session, path, request.pin);
    const start = splitPeerPath(path).join('/');
    if (start === '') yield* listFolder(session, '', request.recursive ?? false);
    else yield* listPath(session, start, request.recursive ?? false);
  } catch (thrown) {
    throw asHexdropError(thrown);
  } finally {
    session.close('done');
  }
}

async function* listPath(session: Session, path: string, recursive: boolean): AsyncIterable<ListedEntry> {
  const { entry } = await session.ask('STAT', { path });
  if (entry.kind === 'file') yield listedAt(path, entry);
  else yield* listFolder(session, path, recursive);
}

async function* listFolder(session: Session, path: string, recursive: boolean): AsyncIterable<ListedEntry> {
  const folders: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { entries, more } = await session.ask('LIST', { path, ...(after === undefined ? {} : { after }) });
    for (const entry of entries) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      yield listedAt(child, entry);
      if (entry.kind !== 'file' && entry.locked !== true) folders.push(child);
    }
    if (!more) break;
    const last = entries.at(-1)?.name;
    if (last === undefined || last === after) {
      throw new HexdropError('bad-payload', 'A LISTING promises more but brings nothing new.');
    }
    after = last;
  }
  if (!recursive) return;
  for (const folder of folders) yield* listFolder(session, folder, true);
}

/** The entry with its path; what the peer did not say is left out. */
function listedAt(path: string, entry: Payload<'ENTRY'>['entry']): ListedEntry {
  const { name, kind, size, mtime, executable, writable, locked } = entry;
  if (!isComponent(name)) {
    throw new HexdropError('bad-payload', `The name "${displayName(name)}" is not one component of a path.`, {
      seen: displayName(name),
      allowed: 'no "/", no NUL, not "." or ".."',
    });
  }
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
