/** Catalog rows of the session: greeting, keep-alive, failure, farewell, lanes. docs/PROTOCOL.md, "Sessions". */

import * as v from 'valibot';
import { limits } from '../limits.ts';
import { json } from './message.ts';
import { emptyObject, errorMessage, hexDigits, integer, listOf, means, text, word } from './properties.ts';

const who = {
  app: means(text(1, limits.aliasCharacters), 'program and version, for people'),
  alias: means(text(1, limits.aliasCharacters), 'what the device calls itself'),
  deviceId: means(hexDigits(64), 'SHA-256 of the public key of the device'),
  platform: means(text(1, 32), 'operating system, for people'),
};

export const sessionMessages = {
  HELLO: json(
    0x01,
    {
      family: 'session',
      sender: 'dialer',
      carrier: 'control',
      id: 'zero',
      answers: ['WELCOME'],
      session: { in: ['greeting'], to: 'answering' },
      limitBytes: limits.smallControlBytes,
      summary: 'First frame of a control connection: who the dialer is and what it speaks.',
    },
    v.object({
      versions: means(listOf(integer(1, 65_535), 1, 16), 'protocol versions that the dialer speaks'),
      ...who,
      capabilities: means(listOf(word(), 0, 64), 'optional abilities that the dialer has'),
      digests: means(listOf(word(), 1, 16), 'digest algorithms that the dialer has, best first'),
    }),
  ),
  WELCOME: json(
    0x02,
    {
      family: 'session',
      sender: 'listener',
      carrier: 'control',
      id: 'zero',
      session: { in: ['answering'], to: 'ready' },
      limitBytes: limits.smallControlBytes,
      summary: 'Answers HELLO: who the listener is and what the session will speak.',
    },
    v.object({
      version: means(integer(1, 65_535), 'the version of this session, one of those in HELLO'),
      ...who,
      capabilities: means(listOf(word(), 0, 64), 'the abilities that both sides have'),
      digest: means(
        v.picklist(['blake3', 'sha256']),
        'the digest algorithm of this session, one of those in HELLO',
      ),
    }),
  ),
  PING: json(
    0x03,
    {
      family: 'session',
      sender: 'both',
      carrier: 'any',
      id: 'zero',
      answers: ['PONG'],
      session: { in: ['ready'] },
      limitBytes: limits.smallControlBytes,
      summary: 'Asks for a sign of life.',
    },
    emptyObject(),
  ),
  PONG: json(
    0x04,
    {
      family: 'session',
      sender: 'both',
      carrier: 'any',
      id: 'zero',
      session: { in: ['ready'] },
      limitBytes: limits.smallControlBytes,
      summary: 'Answers PING.',
    },
    emptyObject(),
  ),
  ERROR: json(
    0x05,
    {
      family: 'session',
      sender: 'both',
      carrier: 'any',
      id: 'either',
      // A dialer that has said nothing has heard nothing either.
      session: { in: ['greeting', 'answering', 'ready'], dialerIn: ['answering', 'ready'], to: 'over' },
      within: { in: ['asked'], to: 'over', by: 'answerer' },
      limitBytes: limits.smallControlBytes,
      summary: 'With id 0 the connection is over; with another id that request failed.',
    },
    v.object({
      code: means(word(), 'one of the codes in "Errors"'),
      message: means(errorMessage(), 'for people: what happened'),
      seen: means(v.optional(text(0, limits.detailCharacters)), 'what was seen'),
      allowed: means(v.optional(text(0, limits.detailCharacters)), 'what is allowed'),
      retryAfterMs: means(
        v.optional(integer(0, 86_400_000)),
        'when another try makes sense, in milliseconds',
      ),
    }),
  ),
  BYE: json(
    0x06,
    {
      family: 'session',
      sender: 'both',
      carrier: 'control',
      id: 'zero',
      session: { in: ['ready'], to: 'over', isLastWord: true },
      limitBytes: limits.smallControlBytes,
      summary: 'Last frame of a session that ends well.',
    },
    v.object({ reason: means(v.optional(errorMessage()), 'for people: why') }),
  ),
  LANE: json(
    0x07,
    {
      family: 'session',
      sender: 'dialer',
      carrier: 'lane',
      id: 'zero',
      answers: ['JOINED'],
      limitBytes: limits.smallControlBytes,
      summary: 'First frame of a lane: joins the connection to a transfer.',
    },
    v.object({
      token: means(hexDigits(32), 'the one-time token of the OFFER'),
      deviceId: means(
        v.optional(hexDigits(64)),
        'device id of the side that opens the lane, as it gave it in the handshake',
      ),
    }),
  ),
  JOINED: json(
    0x08,
    {
      family: 'session',
      sender: 'listener',
      carrier: 'lane',
      id: 'zero',
      limitBytes: limits.smallControlBytes,
      summary: 'Answers LANE: the lane belongs to the transfer.',
    },
    emptyObject(),
  ),
} as const;
