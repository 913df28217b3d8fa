// What `hexdrop wireshark --install` puts in place, used as a person would: by name, with nothing else said.

import { afterAll, describe, expect, it } from 'vitest';

import { needs } from '../support/needs.ts';
import { handshake, pcapOf } from './pcap.ts';
import { openTshark } from './tshark.ts';
import type { Tshark } from './tshark.ts';
import { exampleSession as session, typeOf } from './vectors.ts';

const need = needs('tshark', 'Wireshark takes the profile that is installed');
const tshark = need.available ? openTshark(need.path, { installed: true }) : undefined;
afterAll(() => tshark?.close());

const run = (...args: Parameters<Tshark['run']>): string => (tshark as Tshark).run(...args);

const types = session.map(({ bytes }) => typeOf(bytes));

describe.skipIf(!need.available)('the installed profile', () => {
  it('is loaded without a complaint, and shows frames, ids and times to the answer', () => {
    const lines = run(pcapOf(session), '-C', 'Hexdrop', '-T', 'tabs').trimEnd().split('\n');
    const cells = lines.map((line) => line.split('\t').map((cell) => cell.trim()));
    expect(cells.map((row) => row[8])).toEqual(types);
    expect(cells.map((row) => row.slice(3, 6))).toContainEqual(['40000', '127.0.0.1', '18520']);
    const [greeting, welcome, offer, , accept] = cells;
    expect([greeting?.[9], offer?.[9]]).toEqual(['0', '1']);
    expect([greeting?.[10], welcome?.[10]]).toEqual(['', '0.001000000']);
    expect(accept?.[10]).toBe('0.002000000');
    expect(accept?.[11]).toBe('ACCEPT #1 bulk=inline');
  });

  it('has colours that are filters', () => {
    const rule = ['--color', '-T', 'fields', '-e', 'frame.coloring_rule.name'];
    expect(run(pcapOf(session), '-C', 'Hexdrop', ...rule)).toContain('Hexdrop offer and answer');
  });

  it.each([1_080, 44_818, 80, 445, 5_900])(
    'finds a session on port %i, which is known for others',
    (port) => {
      const capture = pcapOf([...handshake, ...session], { port });
      const shown = run(capture, '-C', 'Hexdrop', '-T', 'fields', '-e', 'hexdrop.type', '-Y', 'hexdrop');
      expect(shown.trimEnd().split('\n')).toEqual(types);
    },
  );
});
