/**
 * What a capture file has besides frames: what was left out, what is missing, and why. As data, so that each window says it
 * in its language; the English sentences are here, for the command line too.
 */

export const captureNoteKinds = [
  /** It ends in the middle of a packet. */
  'cut',
  /** It is packed, and what is packed ends early; something follows that is not part of it. */
  'packed-cut',
  'packed-rest',
  /** Packets of no interface; without a time. */
  'no-interface',
  'no-time',
  /** Its packets were cut behind their headers, so that there are no frames. */
  'headers-only',
  /** Connections that TLS hides. */
  'encrypted',
  /** Connections to our port that speak another protocol, `name` where it is known. */
  'stranger',
  /** Connections to other ports. */
  'elsewhere',
  /** Bytes of our streams that no packet has, in so many `places`. */
  'missing',
  /** Fragments of IP packets that did not become whole. */
  'fragments',
  /** Packets that are cut too short or broken; that are no TCP. */
  'broken',
  'not-tcp',
  /** Segments that came more than once. */
  'repeated',
  /** Packets on links that cannot be read: `links`. */
  'unknown-link',
  /** Times that no calendar has. */
  'beyond-calendar',
] as const;

export interface CaptureNote {
  readonly kind: (typeof captureNoteKinds)[number];
  /** How many packets, segments, connections or bytes; 1 where it is not counted. */
  readonly count: number;
  readonly places?: number;
  readonly name?: string;
  readonly port?: number;
  readonly links?: readonly number[];
}

const number = (count: number): string => count.toLocaleString('en');

/** @param one said of a single one; `#` in `many` is the count */
const counted = (count: number, one: string, many: string): string =>
  count === 1 ? one : many.replace('#', number(count));

export function noteSentence({ kind, count, places = 1, name, port = 0, links = [] }: CaptureNote): string {
  const say = (one: string, many: string): string => counted(count, one, many);
  switch (kind) {
    case 'cut':
      return 'It ends in the middle of a packet.';
    case 'packed-cut':
      return 'The packed file is cut off: more may have been in it, and what is there could not be checked.';
    case 'packed-rest':
      return 'Behind what is packed the file has bytes that do not belong to it; they were left out.';
    case 'no-interface':
      return 'Some packets belong to no interface.';
    case 'no-time':
      return 'Some packets have no time.';
    case 'headers-only':
      return 'Its packets were cut behind their headers when it was made: it has none of the bytes that they carried, and so no frames.';
    case 'encrypted':
      return say(
        '1 connection is encrypted; its frames cannot be read from here.',
        '# connections are encrypted; their frames cannot be read from here.',
      );
    case 'stranger': {
      const what = `(${name ?? 'another protocol'} to port ${port})`;
      return say(
        `1 connection is not Hexdrop ${what}; it was left out.`,
        `# connections are not Hexdrop ${what}; they were left out.`,
      );
    }
    case 'elsewhere':
      return say(
        '1 connection to another port is not Hexdrop; it was left out.',
        '# connections to other ports are not Hexdrop; they were left out.',
      );
    case 'missing': {
      const where = counted(places, 'in 1 place', 'in # places');
      return say(
        `1 byte of the streams is in no packet of it, ${where}.`,
        `# bytes of the streams are in no packet of it, ${where}.`,
      );
    }
    case 'fragments':
      return say(
        '1 fragment of an IP packet never became whole; it was left out.',
        '# fragments of IP packets never became whole; they were left out.',
      );
    case 'broken':
      return say(
        '1 packet is cut too short or broken; it was left out.',
        '# packets are cut too short or broken; they were left out.',
      );
    case 'not-tcp':
      return say('1 packet is not TCP; it was left out.', '# packets are not TCP; they were left out.');
    case 'repeated':
      return say(
        '1 segment was repeated; each byte counts once.',
        '# segments were repeated; each byte counts once.',
      );
    case 'unknown-link':
      return `Packets of link type ${links.join(', ')} cannot be read.`;
    case 'beyond-calendar':
      return 'Times in it lie beyond the calendar; only the seconds since its first packet are told.';
  }
}
