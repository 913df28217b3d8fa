/**
 * A LinkMessage as one WebSocket message and back. Without bytes it is a text message, the JSON; with bytes a binary
 * one: length of the JSON (u32, big-endian), the JSON in UTF-8, the bytes. Pure; lengths are checked before anything is
 * parsed.
 */

import type { LinkMessage } from './link.ts';

/** A page of 2,000 upload entries with long paths, or a snapshot with many long texts, is a few MB. */
export const maxJsonBytes = 16 * 1024 * 1024;
/** Content comes in pieces of at most 1 MiB; a page may choose larger ones. */
export const maxBesideBytes = 8 * 1024 * 1024;
/** What a WebSocket needs to take. */
export const maxMessageBytes = 4 + maxJsonBytes + maxBesideBytes;

export class LinkCodecError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LinkCodecError';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws LinkCodecError when the message is larger than the other side takes */
export function encodeLinkMessage({ json, bytes }: LinkMessage): string | Uint8Array<ArrayBuffer> {
  if (bytes === undefined) {
    const text = JSON.stringify(json);
    // UTF-8 takes at most three bytes for a UTF-16 unit: only long texts have to be counted.
    if (text.length * 3 > maxJsonBytes) checkJsonBytes(encoder.encode(text).length);
    return text;
  }
  const head = encodeLinkHead(json, bytes.length);
  const message = new Uint8Array(head.length + bytes.length);
  message.set(head);
  message.set(bytes, head.length);
  return message;
}

/** What stands before the bytes of a binary message. @throws LinkCodecError */
export function encodeLinkHead(json: unknown, besideBytes: number): Uint8Array<ArrayBuffer> {
  checkBesideBytes(besideBytes);
  const encoded = encoder.encode(JSON.stringify(json));
  checkJsonBytes(encoded.length);
  const head = new Uint8Array(4 + encoded.length);
  new DataView(head.buffer).setUint32(0, encoded.length);
  head.set(encoded, 4);
  return head;
}

/** The bytes of the result lie in `data`. @throws LinkCodecError */
export function decodeLinkMessage(data: string | Uint8Array): LinkMessage {
  if (typeof data === 'string') {
    checkJsonBytes(data.length);
    return { json: parsed(data) };
  }
  if (data.length < 4) throw new LinkCodecError(`A binary message of ${data.length} bytes has no length.`);
  const jsonBytes = new DataView(data.buffer, data.byteOffset, data.length).getUint32(0);
  checkJsonBytes(jsonBytes);
  if (jsonBytes > data.length - 4)
    throw new LinkCodecError(`A message of ${data.length} bytes announces ${jsonBytes} bytes of JSON.`);
  const bytes = data.subarray(4 + jsonBytes);
  checkBesideBytes(bytes.length);
  return { json: parsed(utf8(data.subarray(4, 4 + jsonBytes))), bytes };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LinkCodecError('A message is not JSON.');
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new LinkCodecError('A message is not UTF-8.');
  }
}

function checkJsonBytes(length: number): void {
  if (length > maxJsonBytes)
    throw new LinkCodecError(`A message has ${length} bytes of JSON; at most ${maxJsonBytes} are allowed.`);
}

function checkBesideBytes(length: number): void {
  if (length > maxBesideBytes)
    throw new LinkCodecError(
      `A message has ${length} bytes beside it; at most ${maxBesideBytes} are allowed.`,
    );
}
