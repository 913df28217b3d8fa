/** Numbers as bytes, in network byte order (big-endian) and in little-endian, and what a forgotten swap makes of them. */

import { hexBytes, type Programs } from '../program.ts';

export const numberKinds = ['u16', 'u32', 'u64', 'f32', 'f64'] as const;
/** Unsigned integers, and floating-point numbers of IEEE 754. */
export type NumberKind = (typeof numberKinds)[number];

const byteLength = (kind: NumberKind): number => Number(kind.slice(1)) / 8;
const isFloat = (kind: NumberKind): boolean => kind.startsWith('f');
export const mostOf = (kind: NumberKind): bigint => 2n ** BigInt(8 * byteLength(kind)) - 1n;

export type ParsedNumber =
  | { readonly value: bigint | number }
  /** `form`: no number of this kind. `range`: it does not fit. */
  | { readonly fault: 'form' | 'range' };

/** Decimal, or hexadecimal behind 0x; floats also `inf`, `-inf` and `nan`. */
export function parseNumber(kind: NumberKind, typed: string): ParsedNumber {
  const text = typed
    .trim()
    .replaceAll(/[_,\s]/gu, '')
    .toLowerCase();
  if (isFloat(kind)) {
    const named = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }[text];
    if (named !== undefined) return { value: named };
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/u.test(text)) return { fault: 'form' };
    const value = Number(text);
    const fits = Number.isFinite(kind === 'f32' ? Math.fround(value) : value);
    return fits ? { value } : { fault: 'range' };
  }
  if (!/^(?:\d{1,40}|0x[\da-f]{1,32})$/u.test(text))
    return { fault: /^-\d+$/u.test(text) ? 'range' : 'form' };
  const value = BigInt(text);
  return value <= mostOf(kind) ? { value } : { fault: 'range' };
}

export interface OrderedBytes {
  /** On the wire: the most significant byte first. */
  readonly big: Uint8Array;
  readonly little: Uint8Array;
  /** The bytes of the one order read in the other. */
  readonly misread: bigint | number;
}

export function orderedBytes(kind: NumberKind, value: bigint | number): OrderedBytes {
  const big = new Uint8Array(byteLength(kind));
  const view = new DataView(big.buffer);
  if (kind === 'f32') view.setFloat32(0, Number(value));
  else if (kind === 'f64') view.setFloat64(0, Number(value));
  else
    for (let index = 0, rest = BigInt(value); index < big.length; index += 1, rest >>= 8n)
      big[big.length - 1 - index] = Number(rest & 0xffn);
  const little = big.toReversed();
  const misread =
    kind === 'f32'
      ? view.getFloat32(0, true)
      : kind === 'f64'
        ? view.getFloat64(0, true)
        : little.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { big, little, misread };
}

/** The same in C, Python and Node: the bytes on the wire; for integers also what is read without the swap. */
export function orderPrograms(kind: NumberKind, value: bigint | number): Programs {
  const { big, misread } = orderedBytes(kind, value);
  return {
    sources: { c: inC(kind, value), python: inPython(kind, value), node: inNode(kind, value) },
    output: isFloat(kind) ? [hexBytes(big)] : [hexBytes(big), String(misread)],
  };
}

const cTypes = { u16: 'uint16_t', u32: 'uint32_t', u64: 'uint64_t', f32: 'float', f64: 'double' } as const;

const cLiteral = (kind: NumberKind, value: bigint | number): string => {
  if (!isFloat(kind))
    return kind === 'u64' ? `UINT64_C(${value})` : kind === 'u32' ? `${value}u` : String(value);
  const number = Number(value);
  if (Number.isNaN(number)) return 'NAN';
  if (!Number.isFinite(number)) return number > 0 ? 'INFINITY' : '-INFINITY';
  const text = Object.is(number, -0) ? '-0' : String(number);
  return /[.e]/u.test(text) ? text : `${text}.0`;
};

function inC(kind: NumberKind, value: bigint | number): string {
  const head = (...includes: string[]): string =>
    includes
      .toSorted()
      .map((name) => `#include <${name}.h>\n`)
      .join('');
  const literal = cLiteral(kind, value);
  const print = `  for (int i = 0; i < ${byteLength(kind)}; i++)
    printf(i == 0 ? "%02x" : " %02x", bytes[i]);
  printf("\\n");
`;
  if (kind === 'u16' || kind === 'u32') {
    const swap = kind === 'u16' ? 'htons' : 'htonl';
    return `${head('arpa/inet', 'stdint', 'stdio', 'string')}
int main(void) {
  ${cTypes[kind]} host = ${literal};
  ${cTypes[kind]} wire = ${swap}(host);
  unsigned char bytes[sizeof wire];
  memcpy(bytes, &wire, sizeof wire);
${print}
  /* Read in the other byte order. */
  uint32_t misread = 0;
  for (int i = ${byteLength(kind)} - 1; i >= 0; i--)
    misread = misread << 8 | bytes[i];
  printf("%u\\n", (unsigned)misread);
}
`;
  }
  // POSIX has no function for 64 bits: shifts work on every machine.
  const bits = kind === 'f32' ? 'uint32_t' : 'uint64_t';
  const from = isFloat(kind)
    ? `  ${cTypes[kind]} host = ${literal};
  ${bits} bits;
  memcpy(&bits, &host, sizeof bits);
`
    : `  uint64_t bits = ${literal};
`;
  return `${isFloat(kind) ? head('math', 'stdint', 'stdio', 'string') : head('inttypes', 'stdint', 'stdio')}
int main(void) {
${from}  unsigned char bytes[${byteLength(kind)}];
  for (int i = 0; i < ${byteLength(kind)}; i++)
    bytes[i] = bits >> (8 * (${byteLength(kind) - 1} - i)) & 0xff;
${print}${
    isFloat(kind)
      ? ''
      : `
  /* Read in the other byte order. */
  uint64_t misread = 0;
  for (int i = ${byteLength(kind)} - 1; i >= 0; i--)
    misread = misread << 8 | bytes[i];
  printf("%" PRIu64 "\\n", misread);
`
  }}
`;
}

const pythonCodes = { u16: 'H', u32: 'I', u64: 'Q', f32: 'f', f64: 'd' } as const;

function inPython(kind: NumberKind, value: bigint | number): string {
  const number = Number(value);
  const literal = !isFloat(kind)
    ? String(value)
    : Number.isFinite(number)
      ? Object.is(number, -0)
        ? '-0.0'
        : String(number)
      : `float('${String(number).replace('Infinity', 'inf').toLowerCase()}')`;
  const code = pythonCodes[kind];
  return `import struct

wire = struct.pack('!${code}', ${literal})
print(wire.hex(' '))
${isFloat(kind) ? '' : `\n# Read in the other byte order.\nprint(struct.unpack('<${code}', wire)[0])\n`}`;
}

const nodeNames = { u16: 'UInt16', u32: 'UInt32', u64: 'BigUInt64', f32: 'Float', f64: 'Double' } as const;

function inNode(kind: NumberKind, value: bigint | number): string {
  const literal = kind === 'u64' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
  const name = nodeNames[kind];
  return `const wire = Buffer.alloc(${byteLength(kind)});
wire.write${name}BE(${literal});
console.log(wire.toString('hex').match(/../g).join(' '));
${isFloat(kind) ? '' : `\n// Read in the other byte order.\nconsole.log(String(wire.read${name}LE()));\n`}`;
}
