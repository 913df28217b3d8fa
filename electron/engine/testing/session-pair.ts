/** Sessions over a link in memory: both ends of one, or one end with a peer that says what a test tells it to. */

import { questions } from '../../../shared/protocol/catalog.ts';
import type { BulkType, ControlType, Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { protocolVersion } from '../../../shared/protocol/limits.ts';
import { FrameStream } from '../session/frame-stream.ts';
import type { ControlFrame, FrameReceiver } from '../session/frame-stream.ts';
import type { QuestionServer } from '../session/questions.ts';
import { protocolTimings, Session } from '../session/session.ts';
import type { SessionServer, SessionTimings } from '../session/session.ts';
import { memoryLink } from './memory-link.ts';
import type { LinkOptions, MemoryLink } from './memory-link.ts';

export const deviceIds = { dialer: 'd1'.repeat(32), listener: '15'.repeat(32) } as const;

const refuse = (): never => {
  throw new HexdropError('not-receiving');
};

/** Refuses every question. */
export const refusing = <Asker>(): QuestionServer<Asker> =>
  Object.fromEntries(
    questions.map((question) => [question.toLowerCase(), refuse]),
  ) as unknown as QuestionServer<Asker>;

/** Refuses everything; a test puts in what it needs. */
export const serverWith = (answers: Partial<SessionServer> = {}): SessionServer => ({
  ...refusing<Session>(),
  offered: refuse,
  asked: refuse,
  ...answers,
});

/** One end of a session and what became of it. */
export interface End {
  readonly session: Session;
  readonly opened: Promise<Session>;
  /** Resolves with the error it ended with, or with undefined after BYE. */
  readonly ended: Promise<HexdropError | undefined>;
  readonly isEnded: () => boolean;
}

export interface EndOptions {
  readonly server?: SessionServer;
  readonly timings?: SessionTimings;
  readonly deviceId?: string;
}

export function endOf(link: MemoryLink, side: 'dialer' | 'listener', options: EndOptions = {}): End {
  let isEnded = false;
  let open: (session: Session) => void = () => {};
  let end: (error?: HexdropError) => void = () => {};
  const opened = new Promise<Session>((resolve) => {
    open = resolve;
  });
  const ended = new Promise<HexdropError | undefined>((resolve) => {
    end = resolve;
  });
  const silent: FrameReceiver = { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} };
  const stream = new FrameStream(link[side], silent, 0);
  const session = new Session(stream, {
    self: {
      deviceId: options.deviceId ?? deviceIds[side],
      alias: side,
      app: 'hexdrop/test',
      platform: 'linux',
    },
    server: options.server ?? serverWith(),
    timings: options.timings ?? protocolTimings,
    trustOf: () => 'known',
    opened: (now) => open(now),
    closed: (_session, error) => {
      isEnded = true;
      end(error);
    },
  });
  stream.start();
  if (side === 'dialer') session.greet();
  return { session, opened, ended, isEnded: () => isEnded };
}

export interface SessionPair {
  readonly link: MemoryLink;
  readonly dialer: End;
  readonly listener: End;
}

/** Resolves when the handshake is over. */
export async function sessionPair(
  options: LinkOptions & { readonly dialer?: EndOptions; readonly listener?: EndOptions } = {},
): Promise<SessionPair> {
  const link = memoryLink({ devices: deviceIds, ...options });
  const pair = {
    link,
    dialer: endOf(link, 'dialer', options.dialer),
    listener: endOf(link, 'listener', options.listener),
  };
  await Promise.all([pair.dialer.opened, pair.listener.opened]);
  return pair;
}

interface Heard {
  readonly type: TypeName;
  readonly id: number;
  readonly channel: number;
  readonly payload: unknown;
}

/** A peer without rules: sends what it is told to, remembers what it hears, and answers nothing by itself. */
export class RawPeer implements FrameReceiver {
  readonly stream: FrameStream;
  readonly heard: Heard[] = [];
  readonly ended: Promise<HexdropError | undefined>;
  #end: (error?: HexdropError) => void = () => {};
  #waiting: { readonly type: TypeName; readonly resolve: (heard: Heard) => void }[] = [];
  #isOver = false;

  constructor(link: MemoryLink, side: 'dialer' | 'listener', channel = 0) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.stream = new FrameStream(link[side], this, channel);
    this.stream.established();
    this.stream.start();
  }

  send<Type extends ControlType>(type: Type, id: number, payload: Payload<Type>, flags = 0): void {
    this.stream.send(type, id, payload, flags);
  }

  /** The next frame of this type, from those that came already on. Fails when the connection ends first. */
  async next<Type extends TypeName>(type: Type): Promise<Payload<Type>> {
    const at = this.heard.findIndex((heard) => heard.type === type);
    const [known] = at < 0 ? [] : this.heard.splice(at, 1);
    if (known !== undefined) return known.payload as Payload<Type>;
    if (this.#isOver) throw new Error(`The connection ended without ${type}.`);
    const coming = new Promise<Heard>((resolve) => this.#waiting.push({ type, resolve }));
    const over = this.ended.then((error) => {
      throw new Error(`The connection ended without ${type}: ${error?.message ?? 'FIN'}`);
    });
    over.catch(() => {});
    return (await Promise.race([coming, over])).payload as Payload<Type>;
  }

  types(): readonly TypeName[] {
    return this.heard.map(({ type }) => type);
  }

  admit(): void {}

  control({ type, header, payload }: ControlFrame): void {
    this.#take({ type, id: header.id, channel: header.channel, payload });
  }

  bulk(type: BulkType, header: { readonly id: number; readonly channel: number }, payload: Uint8Array): void {
    this.#take({ type, id: header.id, channel: header.channel, payload: payload.slice() });
  }

  closed(error?: HexdropError): void {
    this.#isOver = true;
    this.#end(error);
  }

  #take(heard: Heard): void {
    const at = this.#waiting.findIndex(({ type }) => type === heard.type);
    if (at < 0) this.heard.push(heard);
    else this.#waiting.splice(at, 1)[0]?.resolve(heard);
  }
}

export const helloBy = (deviceId: string = deviceIds.dialer): Payload<'HELLO'> => ({
  versions: [protocolVersion],
  app: 'raw/1',
  alias: 'raw',
  deviceId,
  platform: 'linux',
  capabilities: ['lane'],
  digests: ['sha256'],
});

export const welcomeBy = (deviceId: string = deviceIds.listener): Payload<'WELCOME'> => ({
  version: protocolVersion,
  app: 'raw/1',
  alias: 'raw',
  deviceId,
  platform: 'linux',
  capabilities: ['lane'],
  digest: 'sha256',
});

/** A session of ours on one side and a raw peer on the other, after the handshake. */
export async function withRawPeer(
  ourSide: 'dialer' | 'listener',
  options: LinkOptions & EndOptions = {},
): Promise<{ link: MemoryLink; ours: End; peer: RawPeer }> {
  const link = memoryLink({ devices: deviceIds, ...options });
  const peer = new RawPeer(link, ourSide === 'dialer' ? 'listener' : 'dialer');
  const ours = endOf(link, ourSide, options);
  if (ourSide === 'dialer') {
    await peer.next('HELLO');
    peer.send('WELCOME', 0, welcomeBy());
  } else {
    peer.send('HELLO', 0, helloBy());
    await peer.next('WELCOME');
  }
  await ours.opened;
  return { link, ours, peer };
}
