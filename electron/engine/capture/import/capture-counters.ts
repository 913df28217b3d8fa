/** What a capture file has besides frames, counted while it is read. */

import type { CaptureNote } from '../../../../shared/model/capture-notes.ts';
import { defaultPort } from '../../../../shared/model/peer.ts';
import type { FlowEnds } from './flow-ends.ts';

/** Why a packet was left out. */
export type LeftOut = 'not-tcp' | 'broken';

/** Protocols that others speak to our port, by how they begin. */
const strangers: readonly (readonly [name: string, begins: RegExp])[] = [
  ['HTTP', /^(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PRI) |^HTTP\//u],
  ['SSH', /^SSH-/u],
  ['SMB', /^\0[\s\S]{3}[\xfe\xff]SMB/u],
  ['RTSP', /^RTSP\//u],
  ['FTP or SMTP', /^220[ -]/u],
];

export class CaptureCounters {
  /** Frames of Hexdrop. */
  frames = 0;
  repeated = 0;
  encrypted = 0;
  /** Payload bytes that the file has, and those that packets carried and it does not have, in all connections. */
  keptBytes = 0;
  cutBytes = 0;
  readonly #leftOut: Record<LeftOut, number> = { 'not-tcp': 0, broken: 0 };
  readonly #unknownLinks = new Set<number>();
  /** Connections to our port that are not ours, by protocol. */
  readonly #strangers = new Map<string | undefined, number>();
  #elsewhere = 0;
  #missingBytes = 0;
  #missingPlaces = 0;

  leftOut(what: LeftOut): void {
    this.#leftOut[what] += 1;
  }

  unknownLink(linkType: number): void {
    this.#unknownLinks.add(linkType);
  }

  /** Bytes of streams of ours that no packet has. */
  missed(bytes: number, places: number): void {
    this.#missingBytes += bytes;
    this.#missingPlaces += places;
  }

  /** A connection that carried bytes and is not ours. @param start its first bytes */
  stranger({ near, far, dialer }: FlowEnds, start: Uint8Array): void {
    const isToOurs =
      (dialer !== 'far' && far.port === defaultPort) || (dialer !== 'near' && near.port === defaultPort);
    if (!isToOurs) {
      this.#elsewhere += 1;
      return;
    }
    const text = String.fromCharCode(...start);
    const name = strangers.find(([, begins]) => begins.test(text))?.[0];
    this.#strangers.set(name, (this.#strangers.get(name) ?? 0) + 1);
  }

  /** What says most first. @param leftFragments of IP packets that did not become whole */
  notes(leftFragments: number): readonly CaptureNote[] {
    const isHeadersOnly = this.frames === 0 && this.keptBytes === 0 && this.cutBytes > 0;
    const notes: CaptureNote[] = [
      { kind: 'headers-only', count: isHeadersOnly ? 1 : 0 },
      { kind: 'encrypted', count: this.encrypted },
      ...Array.from(this.#strangers, ([name, count]): CaptureNote => ({
        kind: 'stranger',
        count,
        port: defaultPort,
        ...(name === undefined ? {} : { name }),
      })),
      { kind: 'elsewhere', count: this.#elsewhere },
      { kind: 'missing', count: this.#missingBytes, places: this.#missingPlaces },
      { kind: 'fragments', count: leftFragments },
      { kind: 'broken', count: this.#leftOut.broken },
      { kind: 'not-tcp', count: this.#leftOut['not-tcp'] },
      { kind: 'repeated', count: this.repeated },
      { kind: 'unknown-link', count: this.#unknownLinks.size, links: [...this.#unknownLinks] },
    ];
    return notes.filter(({ count }) => count > 0);
  }
}
