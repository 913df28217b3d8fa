/**
 * What each shell itself makes of the script for it: the words that it would offer for a line that is being typed. The
 * command `hexdrop` that the scripts ask for devices is a stand-in, first on the PATH.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { completionScripts } from '../../electron/cli/completion/scripts.ts';
import type { Shell } from '../../electron/cli/completion/shells.ts';

/** Devices that the stand-in tells. */
export const devices = ['nas', 'bob-desktop', '书房'];

export interface Surroundings {
  /** What the script lies in. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export function surroundings(folder: string, shell: Shell): Surroundings {
  const bin = join(folder, 'bin');
  const cwd = join(folder, 'here');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(cwd, 'photos'), { recursive: true });
  writeFileSync(join(cwd, 'plan.txt'), '');
  const program = join(bin, 'hexdrop');
  writeFileSync(
    program,
    `#!/bin/sh\n[ "$*" = "completion devices" ] && printf '%s\\n' ${devices.join(' ')}\n`,
  );
  chmodSync(program, 0o755);
  const script = join(folder, `hexdrop.${shell}`);
  writeFileSync(script, completionScripts[shell]());
  const path = [bin, process.env['PATH'] ?? ''].join(delimiter);
  return { script, cwd, env: { ...process.env, PATH: path, HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' } };
}

/** Runs `text` in a shell and returns what it printed. */
export const ask = (program: string, args: readonly string[], { env, cwd }: Surroundings): string =>
  execFileSync(program, args, { env, cwd, encoding: 'utf8', timeout: 20_000 });

/** The words of a line as bash hands them to a function: split at "=" and ":" too. */
const bashWords = (line: string): readonly string[] =>
  line.split(' ').flatMap((word) => word.split(/([=:])/).filter((part, at) => part !== '' || at === 0));

/** One bash for all lines. Where readline itself is to look for paths, the answer is "<default>" or "<dirnames>". */
export function bashOffers(
  program: string,
  around: Surroundings,
  lines: readonly string[],
): readonly (readonly string[])[] {
  const quoted = (word: string): string => `'${word}'`;
  const calls = lines.map((line) => {
    const words = bashWords(line);
    return `COMP_WORDS=(${words.map(quoted).join(' ')}); COMP_CWORD=${words.length - 1}; ask`;
  });
  const told = ask(
    program,
    [
      '--norc',
      '-c',
      `compopt() { printf '<%s> ' "$2"; }
       ask() { _hexdrop; printf '%s ' "\${COMPREPLY[@]}"; echo; }
       source '${around.script}'
       ${calls.join('\n')}`,
    ],
    around,
  );
  return told
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

export const fishOffers = (program: string, around: Surroundings, line: string): readonly string[] =>
  ask(program, ['--no-config', '-c', `source '${around.script}'; complete -C '${line}'`], around)
    .split('\n')
    .map((offer) => offer.split('\t')[0] ?? '')
    .filter((word) => word !== '');

/**
 * In a terminal of its own, since zsh completes nowhere else: `compadd`, which receives all that is offered, tells it, and
 * the shell ends when a completion is over.
 */
export function zshOffers(program: string, around: Surroundings, line: string): readonly string[] {
  const inner = join(around.cwd, '..', 'inner.zsh');
  writeFileSync(
    inner,
    `PROMPT=
autoload -Uz compinit && compinit -D -u
source '${around.script}'
bindkey '^I' complete-word
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "offer $hit"; done
  builtin compadd "$@"
}
mark() { print -r -- 'mark' }
finish() { mark; exit }
compprefuncs=(mark)
comppostfuncs=(finish)
print -r -- 'ready'
`,
  );
  const outer = `zmodload zsh/zpty
zpty z ${program} -f -i
zpty -w z "source '${inner}'"
zpty -r z seen '*ready*'
zpty -w -n z $'${line}\\t'
zpty -r z seen '*mark*mark*'
print -r -- "$seen"`;
  const told = ask(program, ['-f', '-c', outer], around);
  // Paths are offered more than once, by each of zsh's ways to match them.
  return [...new Set([...told.matchAll(/^offer (.*?)\r?$/gm)].map(([, word = '']) => word.trim()))];
}
