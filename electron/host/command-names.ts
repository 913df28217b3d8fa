/**
 * The words that begin a call of the command line. The desktop program knows them too: it runs the command line when it is
 * started with one, since its binary is the only one that its packages bring along.
 */

export const commandNames = [
  'send',
  'receive',
  'share',
  'ls',
  'get',
  'put',
  'text',
  'peers',
  'ui',
  'inspect',
  'partials',
  'doctor',
  'learn',
  'wireshark',
  'version',
  'completion',
] as const;

export type CommandName = (typeof commandNames)[number];

/** Whatever begins so is a call of the command line, and no path to open: a folder of that name is "./send". */
export const callWords: readonly string[] = [...commandNames, 'help', '--help', '-h', '--version'];

/** Launchers put it, and "--", in front of a call: what follows is neither Chromium's nor Electron's. */
export const callMarker = '--command-line';

/** What the desktop program finds beside itself, and the command line is (cli/embedded.ts). */
export interface CommandLineProgram {
  /** Resolves with the exit code; never rejects. */
  runCommandLine(call: EmbeddedCall): Promise<number>;
}

interface EmbeddedCall {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  /** What starts the command line again. */
  readonly startCommand: readonly string[];
}
