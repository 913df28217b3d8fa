/**
 * Finds where in the bytes of a JSON text its values stand. JSON.parse gives values without places; this gives
 * places, and also reads the sound beginning of a text that is cut or wrong.
 *
 * Works on bytes: what structures JSON is ASCII, and no byte of a longer UTF-8 character is.
 */

import { decodeUtf8 } from '../../base/text.ts';

interface JsonMember {
  readonly name: string;
  /** The offset of the opening quote of the name. */
  readonly start: number;
  readonly value: JsonSpan;
}

export interface JsonSpan {
  readonly kind: 'object' | 'list' | 'scalar';
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
  readonly members: readonly JsonMember[];
  readonly items: readonly JsonSpan[];
}

export interface JsonScan {
  readonly root: JsonSpan | undefined;
  /** Where reading stopped, and why; undefined when the whole text is one value. */
  readonly fault: { readonly at: number; readonly what: string } | undefined;
}

/** More levels than any message has; deeper ones are not looked into. */
const deepestLevel = 32;

const space = new Set([0x20, 0x09, 0x0a, 0x0d]);
const numberBytes = new Set(Array.from('+-.0123456789eE', (character) => character.charCodeAt(0)));
const literals = ['true', 'false', 'null'].map((word) =>
  Array.from(word, (character) => character.charCodeAt(0)),
);
const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

export function scanJson(bytes: Uint8Array): JsonScan {
  const scanner = new Scanner(bytes);
  const root = scanner.value(0);
  scanner.skipSpace();
  if (scanner.fault === undefined && scanner.at < bytes.length) scanner.fail('text behind the value');
  return { root, fault: scanner.fault };
}

class Scanner {
  at = 0;
  fault: { readonly at: number; readonly what: string } | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  fail(what: string): void {
    this.fault ??= { at: this.at, what: this.at >= this.#bytes.length ? 'the text ends early' : what };
  }

  skipSpace(): void {
    while (space.has(this.#bytes[this.at] ?? 0)) this.at += 1;
  }

  value(level: number): JsonSpan | undefined {
    this.skipSpace();
    const start = this.at;
    const byte = this.#bytes[start];
    if (level > deepestLevel) this.fail(`more than ${deepestLevel} levels`);
    else if (byte === openObject) return this.#object(level, start);
    else if (byte === openList) return this.#list(level, start);
    else if (byte === quote) this.#string();
    else if (byte !== undefined && numberBytes.has(byte)) this.#number();
    else this.#literal();
    return this.at > start ? { kind: 'scalar', start, end: this.at, members: [], items: [] } : undefined;
  }

  #object(level: number, start: number): JsonSpan {
    const members: JsonMember[] = [];
    this.#series(closeObject, () => {
      const nameStart = this.at;
      if (this.#bytes[this.at] !== quote) {
        this.fail('no name of a property');
        return;
      }
      this.#string();
      const name = textOf(this.#bytes.subarray(nameStart, this.at));
      this.skipSpace();
      if (this.fault !== undefined) return;
      if (this.#bytes[this.at] !== colon) {
        this.fail('no colon');
        return;
      }
      this.at += 1;
      const value = this.value(level + 1);
      if (value !== undefined) members.push({ name, start: nameStart, value });
    });
    return { kind: 'object', start, end: this.at, members, items: [] };
  }

  #list(level: number, start: number): JsonSpan {
    const items: JsonSpan[] = [];
    this.#series(closeList, () => {
      const item = this.value(level + 1);
      if (item !== undefined) items.push(item);
    });
    return { kind: 'list', start, end: this.at, members: [], items };
  }

  /** From the opening bracket to behind the closing one. */
  #series(close: number, element: () => void): void {
    this.at += 1;
    this.skipSpace();
    if (this.#bytes[this.at] === close) {
      this.at += 1;
      return;
    }
    while (this.fault === undefined) {
      this.skipSpace();
      element();
      if (this.fault !== undefined) return;
      this.skipSpace();
      const byte = this.#bytes[this.at];
      if (byte !== comma && byte !== close) {
        this.fail('neither a comma nor a closing bracket');
        return;
      }
      this.at += 1;
      if (byte === close) return;
    }
  }

  #string(): void {
    this.at += 1;
    while (this.at < this.#bytes.length) {
      const byte = this.#bytes[this.at] as number;
      if (byte < 0x20) {
        this.fail('a control character in a string');
        return;
      }
      this.at += byte === backslash ? 2 : 1;
      if (byte === quote) return;
    }
    this.at = this.#bytes.length;
    this.fail('');
  }

  #number(): void {
    while (numberBytes.has(this.#bytes[this.at] ?? 0)) this.at += 1;
  }

  #literal(): void {
    const word = literals.find((each) =>
      each.every((byte, position) => this.#bytes[this.at + position] === byte),
    );
    if (word === undefined) {
      const rest = this.#bytes.subarray(this.at);
      if (
        rest.length > 0 &&
        literals.some((each) => rest.every((byte, position) => each[position] === byte))
      ) {
        this.at = this.#bytes.length;
      }
      this.fail('no JSON value');
    } else this.at += word.length;
  }
}

/** A JSON string with its quotes as text; raw where it is not one. */
function textOf(bytes: Uint8Array): string {
  const raw = rawText(bytes);
  try {
    const value = JSON.parse(raw) as unknown;
    return typeof value === 'string' ? value : raw;
  } catch {
    return raw;
  }
}

/** Bytes as text for display; what is not UTF-8 shows as its byte values. */
export function rawText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
