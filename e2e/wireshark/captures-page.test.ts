// The recipes of docs/CAPTURES.md, as they are printed there: its commands are run, and what it shows of their output must come.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { needs } from '../support/needs.ts';
import { networkNeed } from '../support/network.ts';
import { programPath } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import { pathOf, readRecorded } from './sessions/sessions.ts';
import { openTshark } from './tshark.ts';
import type { Tshark } from './tshark.ts';

const proves = 'the recipes of docs/CAPTURES.md work as they are printed';
const isPossible = networkNeed(proves).available && needs('dumpcap', proves).available;
const shark = needs('tshark', proves);
const tshark = isPossible && shark.available ? openTshark(shark.path, { installed: true }) : undefined;
afterAll(() => tshark?.close());

const world = useWorld();

/** What hangs ends: each of a dozen starts of tshark takes seconds on a busy machine. */
const patienceMs = 150_000;

const page = readFileSync(new URL('../../docs/CAPTURES.md', import.meta.url), 'utf8');

/** The blocks of code below a heading. */
const blocksOf = (heading: string): readonly string[] => {
  const [, rest = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = rest.split(/\n##+ /u);
  return [...section.matchAll(/^```\w+\n([\s\S]*?)^```$/gmu)].map(([, block = '']) => block);
};

interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
}

/** A block that begins with "$ ": the command, whose lines go on behind a pipe, and what it prints. */
function shownIn(block: string): Shown {
  const lines = block.trimEnd().split('\n');
  const last = lines.findIndex((line) => !line.trimEnd().endsWith('|'));
  return {
    command: lines
      .slice(0, last + 1)
      .join('\n')
      .replace(/^\$ /u, ''),
    lines: lines.slice(last + 1).filter((line) => line !== '...'),
  };
}

/** What a person does in three terminals, in one: each waits until the one before is ready. */
const inOneTerminal = (block: string, folder: string): string => {
  const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith('hexdrop wireshark'));
  const commands = lines.map((line) => {
    if (line.startsWith('tshark')) {
      // It says that it captures before it does: the socket of its dumpcap tells.
      return `${line} 2> tshark.err & sniffer=$!\nuntil awk '$6 == 1 { found = 1 } END { exit !found }' /proc/net/packet; do sleep 0.05; done`;
    }
    if (line.startsWith('hexdrop receive')) {
      return `${line} > receive.out 2>&1 & receiver=$!\nuntil grep -q Listening receive.out; do sleep 0.05; done`;
    }
    return line;
  });
  return [
    "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT; set -e; ip link set lo up",
    `hexdrop() { ${process.execPath} ${programPath} "$@"; }`,
    ...commands.map((command) => command.replaceAll('/tmp/', `${folder}/`)),
    'wait $receiver',
    // Both have said farewell, or one of them was cut off after it.
    "ended='tcp.flags.fin == 1 || tcp.flags.reset == 1'",
    'until [ "$(tshark -r wire.pcapng -Y "$ended" 2> /dev/null | wc -l)" -ge 2 ]; do sleep 0.1; done',
    'kill -INT $sniffer; wait $sniffer || true',
  ].join('\n');
};

function follow(recipe: string): Tshark {
  const folder = world.folder('recipe');
  const script = inOneTerminal(recipe, folder);
  const { status, stderr } = spawnSync('unshare', ['-n', 'bash', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: patienceMs,
  });
  if (status !== 0) throw new Error(`The recipe fails (${status}): ${stderr}`);
  const reader = tshark as Tshark;
  reader.file('wire.pcapng', readFileSync(join(folder, 'wire.pcapng')));
  if (recipe.includes('--keylog')) reader.file('keys.log', readFileSync(join(folder, 'keys.log')));
  return reader;
}

/** Numbers of packets, ports, sizes and names of transfers differ from run to run. */
const masked = (line: string): string => line.replaceAll(/\b[0-9a-f]{32}\b|\d+/gu, '#');

describe.skipIf(tshark === undefined)('docs/CAPTURES.md', { timeout: patienceMs + 30_000 }, () => {
  it('shows the headers of a plain session as tshark does', () => {
    const [, recipe = '', headers = '', conversation = ''] = ['', ...blocksOf('With other programs')];
    const reader = follow(recipe);
    /** Port of the listener or not, and the header without its length. */
    const told = (line: string): string => {
      const [, port, header = ''] = line.split(' ');
      return `${port === '18520'} ${header.slice(0, 8)} ${header.slice(16, 32)}`;
    };
    const shown = shownIn(headers);
    // A segment that TCP sends twice is there twice.
    const headersSeen = new Set(reader.shell(shown.command).trimEnd().split('\n').map(told));
    expect([...headersSeen]).toEqual(shown.lines.map(told));

    const followed = shownIn(conversation);
    // How the answers were cut into segments differs, and where they stand; their bytes do not.
    const answers = (lines: readonly string[]): string =>
      lines
        .filter((line) => line.startsWith('\t'))
        .map((line) => line.slice(11, 59).replaceAll(' ', ''))
        .join('');
    const output = reader.shell(followed.command).split('\n');
    expect(answers(output)).toContain(answers(followed.lines));
    expect(answers(followed.lines).length).toBeGreaterThan(60);
  });

  it('shows the frames of an encrypted session as tshark does with its keys', () => {
    const [recipe = '', frames = ''] = blocksOf('In Wireshark');
    const shown = shownIn(frames);
    const reader = follow(
      `printf 'Ferry at 7:40, platform 3.\\nBring the long rope.\\n' > plan.txt\n${recipe}`,
    );
    const printed = reader.shell(shown.command).trimEnd();
    expect(printed.split('\n').map(masked)).toEqual(shown.lines.map(masked));
    expect(printed).toContain('\t18520\tDONE #1 files=1 bytes=48 skipped=0 same=0');

    // Packets and keys as one file, which needs no option.
    const [, inject = ''] = /`(editcap --inject-secrets [^`]+)`/u.exec(page) ?? [];
    const [, option = ''] = /-o (tls\.keylog_file:\S+) /u.exec(shown.command) ?? [];
    const bare = shown.command.replace(`-o ${option} `, '').replace('wire.pcapng', 'both.pcapng');
    expect(
      reader.shell(`cd "$HOME" && cp ../wire.pcapng ../keys.log . && ${inject} && ${bare}`).trimEnd(),
    ).toBe(printed);
  });

  it('shows where frames start in segments', () => {
    const [block = ''] = blocksOf('Frames are not segments');
    const [command = ''] = block.replace(/^\$ /u, '').split('\nsegment ');
    const reader = tshark as Tshark;
    reader.file('trip.pcapng', readFileSync(pathOf('resume', 'pcapng')));
    const starts = [
      ...reader.shell(command).matchAll(/^segment \d+, \d+ bytes, frames start at(.*)$/gmu),
    ].map(([, at = '']) => (at === ': none' ? [] : at.trim().split(' ')));
    const sent = readRecorded('resume').frames.filter(({ from }) => from === 'Ada');
    expect(starts.flat()).toHaveLength(sent.length);
    expect(starts.filter((at) => at.length === 0).length).toBeGreaterThan(10);
  });
});
