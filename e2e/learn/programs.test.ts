// Every program that the view Learn prints runs as it stands, and prints what the tool shows.

import { describe, expect, it } from 'vitest';

import { type Address, parseAddress } from '../../shared/lab/addresses/address.ts';
import { addressPrograms } from '../../shared/lab/addresses/programs.ts';
import { mostOf, type NumberKind, numberKinds, orderPrograms } from '../../shared/lab/numbers/byte-order.ts';
import { runnableLanguages, runProgram } from './run-program.ts';

const samples: Readonly<Record<NumberKind, readonly (bigint | number)[]>> = {
  u16: [0n, 1_024n, 65_535n],
  u32: [16n, 4_294_967_295n],
  u64: [1n, mostOf('u64')],
  f32: [1, -0.1, 1e-40, Infinity, Number.NaN, -0, 16_777_217],
  f64: [3.14, 1e300, -Infinity, 123_456_789_012_345_680_000, 5e-324],
};

const networks = [
  ['192.168.1.23', 24],
  ['10.255.3.9', 11],
  ['0.0.0.0', 0],
  ['255.255.255.255', 32],
  ['2001:db8:0:1:ffff:ffff:ffff:fffe', 61],
  ['2001:db8::1:0:0:1', 64],
  ['::1', 128],
  ['::ffff:192.0.2.1', 104],
  ['fe80::', 10],
] as const;

describe.each(runnableLanguages)('the printed program in %s', (language) => {
  it.each(networks)(
    'prints the address and the network of %s/%d',
    (text, prefix) => {
      const { sources, output } = addressPrograms(parseAddress(text) as Address, prefix);
      expect(runProgram(language, sources[language])).toEqual(output);
    },
    30_000,
  );

  it.each(numberKinds.flatMap((kind) => samples[kind].map((value) => [kind, value] as const)))(
    'runs as it stands and prints what the tool shows: %s %s',
    (kind, value) => {
      const { sources, output } = orderPrograms(kind, value);
      expect(runProgram(language, sources[language])).toEqual(output);
    },
    30_000,
  );
});
