/**
 * Announces this device on the network and keeps the list of those who announce themselves: DNS-SD over multicast DNS
 * (RFC 6762, RFC 6763). What is heard is a hint and never trust (docs/SECURITY.md, "Discovery"). When to speak is
 * decided here; sockets are transport.ts, words are service.ts, the list is peer-table.ts.
 *
 * Left out of RFC 6762 on purpose: probing, since names come from the device's key and the port, so nobody else has
 * them by accident; and answers to one asker alone, since everybody gains from listener them.
 */

import { platform as systemPlatform } from 'node:os';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { Announced, DiscoveredPeer, Discovery } from '../api.ts';
import type { Link } from '../../base/links.ts';
import { browseQuestion, PeerTable } from './peer-table.ts';
import { announcement, goodbye, responseTo } from './responder.ts';
import type { Response } from './responder.ts';
import {
  announcedTtlSeconds,
  instanceNameOf,
  readQuestions,
  readRecords,
  recordsOf,
  serviceName,
} from '../mdns/service.ts';
import type { OwnService, MdnsRecord } from '../mdns/service.ts';
import { mdnsTransport } from '../mdns/transport.ts';
import type { OpenTransport, Transport } from '../mdns/transport.ts';

export interface DiscoveryOptions extends Announced {
  readonly deviceId: string;
  /** How the system calls itself; asked of it when absent. */
  readonly platform?: string | undefined;
  /** How long others believe an announcement. For tests. */
  readonly ttlSeconds?: number | undefined;
  /** For tests: the network. */
  readonly transport?: OpenTransport | undefined;
}

/** More than one announcement and question, since multicast gets lost (RFC 6762, sections 8.3 and 5.2). */
const announceAtMs = [0, 1_000, 3_000] as const;
const firstQueryGapMs = 1_000;
const longestQueryGapMs = 60_000;
/** Many devices hear a question at the same moment: each waits for a time of its own (section 6). */
const answerDelayMs = { least: 20, most: 120 } as const;
/** Neither the same answer nor the same question more often than this on one link (section 6). */
const leastGapMs = 1_000;
/** Changes within this time are told together. */
const settleMs = 50;
const goodbyeWithinMs = 300;

interface LinkState {
  readonly link: Link;
  queryGapMs: number;
  queriedAtMs: number;
  answeredAtMs: number;
  /** Answers that wait for their moment, by what they say. */
  readonly pending: Map<string, MdnsRecord>;
  isAnnounced: boolean;
}

export const startDiscovery = (options: DiscoveryOptions): Discovery => new LocalDiscovery(options);

class LocalDiscovery implements Discovery {
  readonly #options: DiscoveryOptions;
  readonly #ttlSeconds: number;
  readonly #table: PeerTable;
  readonly #transport: Transport;
  readonly #links = new Map<string, LinkState>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #changeListeners = new Set<() => void>();
  readonly #troubleListeners = new Set<(error: HexdropError) => void>();
  #announced: Announced;
  #wasAnnounced = false;
  #isClosed = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#announced = options;
    this.#ttlSeconds = options.ttlSeconds ?? announcedTtlSeconds;
    this.#table = new PeerTable(options.deviceId);
    const open = options.transport ?? mdnsTransport();
    this.#transport = open({
      heard: (packet, link) => this.#heard(packet, link),
      opened: (link) => this.#opened(link),
      closed: (link) => this.#linkGone(link),
      trouble: (error) => {
        for (const listener of this.#troubleListeners) listener(error);
      },
    });
  }

  get peers(): readonly DiscoveredPeer[] {
    return this.#table.peers;
  }

  get isAnnounced(): boolean {
    return [...this.#links.values()].some((state) => state.isAnnounced);
  }

  refresh(): void {
    this.#transport.refresh();
    for (const state of this.#links.values()) {
      state.queryGapMs = firstQueryGapMs;
      this.#planQuery(state, 0);
    }
  }

  update(change: Partial<Announced>): void {
    if (this.#isClosed) return;
    const before = this.#own();
    this.#announced = { ...this.#announced, ...change };
    const now = this.#own();
    const isSameService =
      before !== undefined &&
      now !== undefined &&
      instanceNameOf(before) === instanceNameOf(now) &&
      before.host === now.host;
    for (const state of this.#links.values()) {
      if (before !== undefined && !isSameService) void this.#takeBack(state, before);
      this.#announce(state);
    }
  }

  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onTrouble(listener: (error: HexdropError) => void): () => void {
    this.#troubleListeners.add(listener);
    return () => this.#troubleListeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#changeListeners.clear();
    const own = this.#own();
    const said = [...this.#links.values()].flatMap((state) =>
      own === undefined ? [] : [this.#takeBack(state, own)],
    );
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, goodbyeWithinMs);
    });
    await Promise.race([Promise.all(said), timeUp]);
    clearTimeout(timer);
    await this.#transport.close();
  }

  #own(): OwnService | undefined {
    const { alias, kind, port, host = '::' } = this.#announced;
    if (port === undefined) return undefined;
    const { deviceId, platform = systemPlatform() } = this.#options;
    return { deviceId, alias, kind, platform, port, host };
  }

  #opened(link: Link): void {
    const never = Number.NEGATIVE_INFINITY;
    const state: LinkState = {
      link,
      queryGapMs: firstQueryGapMs,
      queriedAtMs: never,
      answeredAtMs: never,
      pending: new Map(),
      isAnnounced: false,
    };
    this.#links.set(link.name, state);
    this.#announce(state);
    this.#planQuery(state, answerDelay());
  }

  #linkGone(link: Link): void {
    if (this.#links.get(link.name)?.link !== link) return;
    this.#links.delete(link.name);
    for (const what of ['announce', 'query', 'answer']) this.#cancel(`${what} ${link.name}`);
    this.#table.dropLink(link);
    this.#settle();
  }

  #heard(packet: unknown, link: Link): void {
    const state = this.#links.get(link.name);
    if (state === undefined || this.#isClosed) return;
    const { type } = typeof packet === 'object' && packet !== null ? (packet as { type?: unknown }) : {};
    if (type === 'query') this.#asked(state, packet);
    if (type === 'response') this.#told(state, packet);
  }

  #asked(state: LinkState, packet: unknown): void {
    const own = this.#own();
    const records = own === undefined ? undefined : recordsOf(own, state.link, this.#ttlSeconds);
    if (records === undefined) return;
    const response = responseTo(readQuestions(packet, this.#ttlSeconds), records);
    if (response !== undefined) this.#planAnswer(state, response);
  }

  #told(state: LinkState, packet: unknown): void {
    const records = readRecords(packet);
    if (records.length === 0) return;
    const own = this.#own();
    const mine = own === undefined ? undefined : recordsOf(own, state.link, this.#ttlSeconds);
    // Somebody else takes back what we announce: we are still here.
    if (mine !== undefined) {
      const instance = mine.service.name.toLowerCase();
      const isTakenBack = records.some(
        (record) =>
          record.ttlSeconds === 0 &&
          (record.type === 'PTR' ? record.instance === instance : record.name === instance),
      );
      if (isTakenBack) this.#planAnswer(state, announcement(mine));
    }
    this.#table.hear(state.link, records, performance.now(), Date.now());
    if (this.#table.questionsAbout(state.link).length > 0) this.#planQuery(state, answerDelay());
    this.#settle();
  }

  #announce(state: LinkState, turn = 0): void {
    const own = this.#own();
    const records = own === undefined ? undefined : recordsOf(own, state.link, this.#ttlSeconds);
    const atMs = announceAtMs[turn];
    this.#cancel(`announce ${state.link.name}`);
    if (records === undefined) {
      state.isAnnounced = false;
      this.#settle();
      return;
    }
    if (atMs === undefined) return;
    const say = (): void => {
      void this.#say(state, announcement(records)).then((isSaid) => {
        state.isAnnounced = isSaid;
        this.#settle();
      });
      const nextMs = announceAtMs[turn + 1];
      if (nextMs === undefined) return;
      this.#plan(`announce ${state.link.name}`, nextMs - atMs, () => this.#announce(state, turn + 1));
    };
    say();
  }

  #takeBack(state: LinkState, own: OwnService): Promise<boolean> {
    const records = recordsOf(own, state.link, this.#ttlSeconds);
    this.#cancel(`announce ${state.link.name}`);
    this.#cancel(`answer ${state.link.name}`);
    state.pending.clear();
    state.isAnnounced = false;
    return records === undefined ? Promise.resolve(false) : this.#say(state, goodbye(records));
  }

  #planAnswer(state: LinkState, { answers, additionals }: Response): void {
    for (const record of [...answers, ...additionals]) state.pending.set(JSON.stringify(record), record);
    const gapMs = state.answeredAtMs + leastGapMs - performance.now();
    this.#planOnce(`answer ${state.link.name}`, Math.max(answerDelay(), gapMs), () => {
      const said = [...state.pending.values()];
      state.pending.clear();
      void this.#say(state, { answers: said, additionals: [] });
    });
  }

  #say(state: LinkState, { answers, additionals }: Response): Promise<boolean> {
    state.answeredAtMs = performance.now();
    return this.#transport.say(state.link, { type: 'response', answers, additionals });
  }

  /** The next question on a link, or sooner than planned before. */
  #planQuery(state: LinkState, delayMs: number): void {
    const gapMs = state.queriedAtMs + leastGapMs - performance.now();
    this.#planOnce(`query ${state.link.name}`, Math.max(delayMs, gapMs), () => this.#query(state));
  }

  #query(state: LinkState): void {
    const nowMs = performance.now();
    state.queriedAtMs = nowMs;
    const { link } = state;
    void this.#transport.say(link, {
      type: 'query',
      questions: [browseQuestion, ...this.#table.questionsAbout(link)],
      answers: this.#table.knownAnswers(link, nowMs).map(({ instance, ttlSeconds }) => ({
        type: 'PTR',
        name: serviceName,
        ttl: ttlSeconds,
        data: instance,
      })),
    });
    this.#planQuery(state, state.queryGapMs);
    state.queryGapMs = Math.min(2 * state.queryGapMs, longestQueryGapMs);
  }

  /** Looks, in a moment, at what has changed, and when there is something to do next. */
  #settle(): void {
    this.#planOnce('settle', settleMs, () => {
      const nowMs = performance.now();
      this.#table.expire(nowMs);
      for (const name of this.#table.takeDueChecks(nowMs)) {
        const state = this.#links.get(name);
        if (state !== undefined) this.#planQuery(state, answerDelay());
      }
      const isAnnounced = this.isAnnounced;
      const hasChanged = this.#table.summarise() || isAnnounced !== this.#wasAnnounced;
      this.#wasAnnounced = isAnnounced;
      const nextMs = this.#table.nextDueMs();
      if (nextMs !== Number.POSITIVE_INFINITY)
        this.#plan('due', Math.max(0, nextMs - nowMs), () => this.#settle());
      if (hasChanged) for (const listener of this.#changeListeners) listener();
    });
  }

  #plan(name: string, delayMs: number, run: () => void): void {
    this.#cancel(name);
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      run();
    }, delayMs);
    // Nothing that discovery does keeps the program from ending.
    timer.unref();
    this.#timers.set(name, timer);
    this.#dueAtMs.set(name, performance.now() + delayMs);
  }

  /** Unless the same is planned for that time or earlier. */
  #planOnce(name: string, delayMs: number, run: () => void): void {
    const dueAtMs = this.#timers.has(name) ? (this.#dueAtMs.get(name) ?? 0) : Number.POSITIVE_INFINITY;
    if (performance.now() + delayMs < dueAtMs) this.#plan(name, delayMs, run);
  }

  readonly #dueAtMs = new Map<string, number>();

  #cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

const answerDelay = (): number =>
  answerDelayMs.least + Math.random() * (answerDelayMs.most - answerDelayMs.least);
