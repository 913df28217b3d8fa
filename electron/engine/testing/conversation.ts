/**
 * Two state machines that talk to each other, for transcripts: what one says the other hears, at once or later. Frames
 * on one connection keep their order. A line of a transcript is one of
 *
 *   D> OFFER 1            the dialer says it and the listener hears it at once (verdict "deliver")
 *   L> CANCEL 1 cancelled the same with another verdict
 *   D+ CANCEL 1           the dialer says it; it stays on its way
 *   L< CANCEL 1 drop      the listener hears the oldest frame that is on its way to it
 *   D+ DATA 1 @1          on channel 1, a lane
 *   L< DATA 1 @1          hears the oldest frame of that channel: between connections there is no order
 *   ! 1 @1                both put the bulk of request 1 on lane 1
 *   ? 1 flowing           both are in that state of request 1
 */

import type { TypeName } from '../../../shared/protocol/catalog.ts';
import { SessionMachine } from '../session/machine.ts';
import type { Verdict } from '../session/machine.ts';

export type Speaker = 'D' | 'L';

interface Frame {
  readonly type: TypeName;
  readonly id: number;
  readonly channel: number;
}

export const partnerOf = (speaker: Speaker): Speaker => (speaker === 'D' ? 'L' : 'D');

const linePattern =
  /^(?<who>[DL])(?<how>[>+<]) (?<type>[A-Z]+) (?<id>\d+)(?: @(?<channel>\d+))?(?: (?<verdict>[a-z-]+))?$/;

export class Conversation {
  readonly machines: Readonly<Record<Speaker, SessionMachine>> = {
    D: new SessionMachine('dialer'),
    L: new SessionMachine('listener'),
  };
  /** On their way to the one who is named. */
  readonly onTheWay: Readonly<Record<Speaker, Frame[]>> = { D: [], L: [] };

  /** A conversation after the handshake. */
  static ready(): Conversation {
    const conversation = new Conversation();
    conversation.play('D> HELLO 0, L> WELCOME 0');
    return conversation;
  }

  /** Lines of a transcript, with commas or line breaks between them. */
  play(transcript: string): this {
    for (const line of transcript.split(/[,\n]/)) if (line.trim() !== '') this.#line(line.trim());
    return this;
  }

  say(speaker: Speaker, type: TypeName, id: number, channel = 0): void {
    this.machines[speaker].sent(type, id, channel);
    this.onTheWay[partnerOf(speaker)].push({ type, id, channel });
  }

  /** Hears the oldest frame, or with `channel` the oldest of that connection. */
  hear(listener: Speaker, channel?: number): Frame & { readonly verdict: Verdict } {
    const frames = this.onTheWay[listener];
    const at = frames.findIndex((frame) => channel === undefined || frame.channel === channel);
    const [frame] = at < 0 ? [] : frames.splice(at, 1);
    if (frame === undefined) throw new Error(`Nothing is on its way to ${listener}.`);
    return { ...frame, verdict: this.machines[listener].received(frame.type, frame.id, frame.channel) };
  }

  #line(line: string): void {
    if (line.startsWith('? ')) return this.#agree(line);
    if (line.startsWith('! ')) return this.#useLane(line);
    const groups = linePattern.exec(line)?.groups;
    if (groups === undefined) throw new Error(`"${line}" is no line of a transcript.`);
    const who = groups['who'] as Speaker;
    const type = groups['type'] as TypeName;
    const id = Number(groups['id']);
    const channel = Number(groups['channel'] ?? 0);
    if (groups['how'] !== '<') this.say(who, type, id, channel);
    if (groups['how'] === '+') return;
    const heard = this.hear(groups['how'] === '<' ? who : partnerOf(who), channel);
    const verdict = groups['verdict'] ?? 'deliver';
    if (heard.type === type && heard.id === id && heard.verdict === verdict) return;
    throw new Error(`"${line}": heard ${heard.type} ${heard.id}, which is to be ${heard.verdict}.`);
  }

  #useLane(line: string): void {
    const [, id, channel] = /^! (\d+) @(\d+)$/.exec(line) ?? [];
    for (const machine of Object.values(this.machines)) machine.bulkOn(Number(id), Number(channel));
  }

  #agree(line: string): void {
    const [, id, state] = line.split(' ');
    const states = [this.machines.D.stateOf(Number(id)), this.machines.L.stateOf(Number(id))];
    if (states.some((seen) => seen !== state))
      throw new Error(`"${line}": they are in ${states.join(' and ')}.`);
  }
}
