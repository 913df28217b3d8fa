/**
 * The connections of a capture file while it is read: which one a packet belongs to, and which are forgotten when there
 * are too many. Connections that carry no frames go first, then those that are over; each of these in constant time.
 */

import { tlsComment } from '../pcapng/writer.ts';
import type { Packet } from './container.ts';
import { LoadedFlow } from './loaded-flow.ts';
import { LinkedList } from './linked-list.ts';
import type { Linked } from './linked-list.ts';
import type { FlowEnds } from './flow-ends.ts';
import type { FlowContext } from './loaded-flow.ts';

export interface Ends {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
}

/** So many of each kind are put together at a time. */
const mostOf = {
  /** Not known to be ours: a SYN is a few hundred bytes here. */
  stranger: 65_536,
  /** Over; what is sent again behind the end still belongs to them. */
  closed: 4_096,
  /** Ours, and open. */
  open: 65_536,
} as const;

/** Ours are ordered by their last packet only when it may matter soon. */
const calmOpen = mostOf.open / 2;

type Kind = keyof typeof mostOf;

interface Known extends Linked {
  readonly key: string;
  readonly flow: LoadedFlow;
  /** Address and port of the near side. */
  readonly near: string;
  kind: Kind;
}

export interface Found {
  readonly known: Known;
  readonly flow: LoadedFlow;
  readonly direction: 'in' | 'out';
}

export class FlowTable {
  readonly #context: FlowContext;
  readonly #byKey = new Map<string, Known>();
  readonly #kinds: Readonly<Record<Kind, LinkedList<Known>>> = {
    stranger: new LinkedList(),
    closed: new LinkedList(),
    open: new LinkedList(),
  };

  constructor(context: FlowContext) {
    this.#context = context;
  }

  /** @param isSyn of a dialer: it tells which side is near */
  find(ends: Ends, packet: Packet, told: 'in' | 'out' | undefined, isSyn: boolean): Found {
    const key = keyOf(ends);
    const sender = `${ends.from} ${ends.fromPort}`;
    const known = this.#byKey.get(key) ?? this.#make(key, ends, packet, told, isSyn);
    return { known, flow: known.flow, direction: known.near === sender ? 'out' : 'in' };
  }

  /** After a packet: what has become of its connection. */
  settle(known: Known): void {
    const { flow } = known;
    const kind: Kind = flow.isClosed ? 'closed' : flow.isOurs ? 'open' : 'stranger';
    if (kind === known.kind) {
      if (kind === 'open' && this.#kinds.open.size > calmOpen) this.#touch(known);
      return;
    }
    this.#kinds[known.kind].delete(known);
    known.kind = kind;
    this.#add(known);
  }

  forget(known: Known): void {
    this.#kinds[known.kind].delete(known);
    if (this.#byKey.get(known.key) === known) this.#byKey.delete(known.key);
    const { flow } = known;
    flow.finish();
    const { counters } = this.#context;
    if (flow.isEncrypted) counters.encrypted += 1;
    else if (!flow.isOurs && flow.start !== undefined) counters.stranger(flow.ends, flow.start);
  }

  forgetAll(): void {
    for (const known of this.#byKey.values()) this.forget(known);
  }

  /** What is missing in any of ours will not come any more. */
  passGaps(): void {
    for (const { flow } of this.#kinds.open) flow.passGaps();
    for (const { flow } of this.#kinds.closed) flow.passGaps();
  }

  #make(key: string, ends: Ends, packet: Packet, told: 'in' | 'out' | undefined, isSyn: boolean): Known {
    // The near side: as the file says, else who dials, else who has the higher port.
    const direction = told ?? (isSyn || ends.fromPort >= ends.toPort ? 'out' : 'in');
    const sending = { address: ends.from, port: ends.fromPort };
    const taking = { address: ends.to, port: ends.toPort };
    const [near, far] = direction === 'out' ? [sending, taking] : [taking, sending];
    const secure = this.#context.isOurs ? secureOf(packet.comment) : undefined;
    const about: FlowEnds = { near, far, dialer: 'unknown', ...(secure === undefined ? {} : { secure }) };
    const known: Known = {
      key,
      flow: new LoadedFlow(this.#context, about),
      near: `${near.address} ${near.port}`,
      kind: 'stranger',
      before: undefined,
      after: undefined,
    };
    this.#byKey.set(key, known);
    this.#add(known);
    return known;
  }

  #add(known: Known): void {
    const { kind } = known;
    const all = this.#kinds[kind];
    all.add(known);
    if (all.size > mostOf[kind] && all.first !== undefined) this.forget(all.first);
  }

  #touch(known: Known): void {
    this.#kinds[known.kind].delete(known);
    this.#kinds[known.kind].add(known);
  }
}

/** The same for both directions. */
function keyOf({ from, to, fromPort, toPort }: Ends): string {
  const one = `${from} ${fromPort}`;
  const other = `${to} ${toPort}`;
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function secureOf(comment: string | undefined): { protocol: string; cipher: string } | undefined {
  if (comment?.startsWith(tlsComment) !== true) return undefined;
  const [protocol = '', cipher = ''] = comment.slice(tlsComment.length).split(', ');
  return { protocol, cipher };
}
