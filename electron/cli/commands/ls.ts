/** `hexdrop ls`: lists the shares of a device, or what is in one. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { ListedEntry } from '../../../shared/model/share.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { Engine, ListingOmissions, ListRequest } from '../../engine/api.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { withEngine } from '../engine-session.ts';
import { exitCodes, exitDone } from '../exit-codes.ts';
import { formatBytes, formatTime } from '../terminal/format.ts';
import { omissionLines, omissionsKept } from '../terminal/summary.ts';
import type { Omission } from '../terminal/summary.ts';
import type { Output } from '../terminal/output.ts';
import { withPin } from '../pin.ts';
import { reachOptions } from '../reach.ts';
import { findRemotePath } from '../find-target.ts';
import { padEnd, padStart, textWidth } from '../terminal/text-width.ts';

type Row = readonly [kind: string, size: string, time: string, name: string];

const shownName = ({ kind, name }: ListedEntry): string => displayName(name) + (kind === 'file' ? '' : '/');

/** A share tells where others tell their size and time what may be done in it. */
const rowOf = (entry: ListedEntry): Row => {
  const time = entry.mtime === undefined ? '-' : formatTime(entry.mtime);
  switch (entry.kind) {
    case 'share':
      return [
        'share',
        entry.writable === true ? 'writable' : 'read-only',
        entry.locked === true ? 'PIN' : '',
        shownName(entry),
      ];
    case 'folder':
      return ['folder', '-', time, shownName(entry)];
    case 'file':
      return ['file', entry.size === undefined ? '-' : formatBytes(entry.size), time, shownName(entry)];
  }
};

/** Folders first, then by name as people sort: "2.jpg" before "10.jpg". */
const sorted = (entries: readonly ListedEntry[]): readonly ListedEntry[] => {
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  const rank = (entry: ListedEntry): number => (entry.kind === 'file' ? 1 : 0);
  return entries.toSorted((one, other) => rank(one) - rank(other) || compare(one.name, other.name));
};

export const tableLines = (entries: readonly ListedEntry[]): readonly string[] => {
  const rows = sorted(entries).map(rowOf);
  const widest = (column: 0 | 1 | 2): number =>
    rows.reduce((width, row) => Math.max(width, textWidth(row[column])), 0);
  const [kinds, sizes, times] = [widest(0), widest(1), widest(2)];
  const sizeStyle = entries.some((entry) => entry.kind === 'share') ? padEnd : padStart;
  return rows.map(([kind, size, time, name]) => {
    const cells = [
      padEnd(kind, kinds),
      sizeStyle(size, sizes),
      ...(times === 0 ? [] : [padEnd(time, times)]),
      name,
    ];
    return cells.join('  ');
  });
};

const entryEvent = ({ path, name, kind, size, mtime, executable, writable, locked }: ListedEntry) =>
  ({ event: 'entry', path, name, kind, size, mtime, executable, writable, locked }) as const;

/** Streams what has no table to wait for: JSON lines, and the paths of -R. Returns the exit code. */
const print = async (engine: Engine, request: ListRequest, output: Output): Promise<number> => {
  const forTable: ListedEntry[] = [];
  let count = 0;
  let failed = 0;
  const onFault = (path: string, { code, message }: HexdropError): void => {
    failed += 1;
    output.event({ event: 'fault', path, code, message, side: 'there' });
    output.note(`${displayName(path)}/ could not be listed: ${displayName(message)}`);
  };
  const omissions: Omission[] = [];
  let omitted = 0;
  const onOmitted = (folder: string, { count, named }: ListingOmissions): void => {
    omitted += count;
    for (const { name, code } of named) {
      const path = folder === '' ? name : `${folder}/${name}`;
      output.event({ event: 'omitted', path, reason: code });
      if (omissions.length < omissionsKept) omissions.push({ path, reason: code });
    }
    if (count > named.length) output.event({ event: 'omitted', path: folder, count: count - named.length });
  };
  for await (const entry of engine.list({ ...request, onFault, onOmitted })) {
    count += 1;
    if (output.isJson) output.event(entryEvent(entry));
    else if (request.recursive === true)
      output.result(displayName(entry.path) + (entry.kind === 'file' ? '' : '/'));
    else forTable.push(entry);
    await output.drained();
  }
  for (const line of tableLines(forTable)) output.result(line);
  if (count === 0 && omitted === 0)
    output.note(request.path === '' ? 'Nothing is shared there.' : 'The folder is empty.');
  if (omitted > 0) for (const line of omissionLines(omitted, omissions)) output.note(line);
  return failed === 0 ? exitDone : exitCodes.failed;
};

export const run = (call: CommandCall, context: CommandContext): Promise<number> =>
  withEngine(call, context, {
    body: async (engine) => {
      const [target = ''] = call.operands;
      const found = await findRemotePath(target, call.options.port, engine, context);
      const request = {
        ...reachOptions(call, found),
        from: found.endpoint,
        path: found.path,
        recursive: call.options.recursive === true,
      };
      return withPin(call, context, (pin) =>
        print(engine, pin === undefined ? request : { ...request, pin }, context.output),
      );
    },
  });
