/**
 * The commands, once: their arguments, options, help and code. Only what works stands here. The code of a command
 * is loaded when it is called, so that --help and --version load none of it.
 */

import { defaultPort, limits } from '../../../shared/protocol/limits.ts';
import type { CommandName } from '../../host/command-names.ts';
import { shells } from '../completion/shells.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import type { Offered, OptionName } from './options.ts';

export interface CommandSpec {
  readonly name: CommandName;
  /** As in the usage line: "<path...>"; empty for none. */
  readonly operands: string;
  readonly fewestOperands: number;
  readonly mostOperands: number;
  /** What an operand is, for "needs ...". */
  readonly operandMeaning: string;
  /** What a shell offers for each operand; the last of these for all that follow it too. */
  readonly offers: readonly (Offered | 'nothing')[];
  readonly summary: string;
  /** Paragraphs of `--help`. */
  readonly description: readonly string[];
  readonly required: readonly OptionName[];
  /** Beside the common ones. */
  readonly options: readonly OptionName[];
  /** Where an option means something particular to this command. */
  readonly wording?: Partial<Record<OptionName, string>>;
  readonly examples: readonly string[];
  /** Its output is all it does: a reader that has seen enough ends it without complaint. */
  readonly isListing?: true;
  /** It serves others until it is told to stop, heard or not. */
  readonly isListener?: true;
  load(): Promise<{ readonly run: (call: CommandCall, context: CommandContext) => Promise<number> }>;
}

export const commonOptions = ['alias', 'home', 'json', 'help'] as const satisfies readonly OptionName[];

const listenerWording = {
  port: `port to listen on; 0 takes a free one (default ${defaultPort})`,
  plain: 'take unencrypted connections too: for labs',
} as const;

const dialerWording = {
  port: `the port where the address names none (default ${defaultPort})`,
  plain: 'do not encrypt: for labs, and only where the other side allows it',
} as const;

export const commands: readonly CommandSpec[] = [
  {
    name: 'send',
    operands: '<path...>',
    fewestOperands: 1,
    mostOperands: Number.POSITIVE_INFINITY,
    operandMeaning: 'a file or folder to send',
    offers: ['files'],
    summary: 'offer files and folders to a receiver and send them when it accepts',
    description: [
      'The other side runs "hexdrop receive". Folders are sent with all that is in them; symbolic links are left out and reported.',
      'After an interruption, start the same command again: what was verified is not sent a second time.',
      'A pipe, or standard input as "-", is read to its end into a file below TMPDIR (without it, /var/tmp) and then sent under --name. How a pipe ends does not tell whether its writer was through: --size does.',
    ],
    required: ['to'],
    options: [
      'to',
      'name',
      'size',
      'port',
      'plain',
      'retry',
      'limit',
      'acceptNewKey',
      'capture',
      'captureFormat',
      'keyLog',
    ],
    wording: dialerWording,
    examples: [
      'hexdrop send holiday/ notes.pdf --to 192.168.1.23',
      'hexdrop send backup.tar --to studio.local:18600',
      'hexdrop send notes.pdf --to bob-desktop',
      'tar -c project | hexdrop send - --name project.tar --to bob-desktop',
    ],
    load: () => import('../commands/send.ts'),
  },
  {
    name: 'receive',
    operands: '',
    fewestOperands: 0,
    mostOperands: 0,
    operandMeaning: 'nothing',
    offers: [],
    summary: 'listen for offers; asks before it takes one',
    description: [
      'On a terminal each offer is shown and asked for. Without a terminal, --yes is needed: it accepts everything that anyone in reach offers and that there is space for.',
      'A file appears under its name only when it is whole and verified.',
    ],
    required: [],
    options: [
      'dir',
      'yes',
      'force',
      'once',
      'only',
      'onConflict',
      'host',
      'port',
      'noAnnounce',
      'plain',
      'retry',
      'limit',
      'capture',
      'captureFormat',
      'keyLog',
    ],
    wording: {
      ...listenerWording,
      capture:
        'write all that crosses the wire into a pcapng file, decrypted; "-" for standard output, as in "hexdrop receive --capture - | wireshark -k -i -"',
      retry: 'with --once: how long to wait for a sender whose connection broke (default 30)',
    },
    examples: ['hexdrop receive --dir ~/Downloads', 'hexdrop receive --yes --once --only "*.jpg"'],
    isListener: true,
    load: () => import('../commands/receive.ts'),
  },
  {
    name: 'share',
    operands: '<folder...>',
    fewestOperands: 1,
    mostOperands: Number.POSITIVE_INFINITY,
    operandMeaning: 'a folder to share',
    offers: ['folders'],
    summary: 'serve folders for others to browse and fetch',
    description: [
      'Others see the folders with "hexdrop ls" and fetch with "hexdrop get". They change nothing unless --writable is given.',
      'A folder that is given by a link is shared under the name of the link. Links within it are neither listed nor followed.',
      'With --pin-file everyone is asked for the PIN in that file.',
    ],
    required: [],
    options: [
      'writable',
      'pinFile',
      'host',
      'port',
      'noAnnounce',
      'plain',
      'limit',
      'capture',
      'captureFormat',
      'keyLog',
    ],
    wording: {
      ...listenerWording,
      pinFile: 'ask everyone for the PIN in the first line of this file',
      limit: 'send no faster than so many bytes a second in all, as in 500k or 10M, nor receive faster',
    },
    examples: ['hexdrop share photos music', 'hexdrop share inbox --writable --pin-file ~/.inbox-pin'],
    isListener: true,
    load: () => import('../commands/share.ts'),
  },
  {
    name: 'ls',
    operands: '<host[:port]>[/share/path]',
    fewestOperands: 1,
    mostOperands: 1,
    operandMeaning: 'a device, such as 192.168.1.23 or 192.168.1.23/photos',
    offers: ['devices'],
    summary: 'list the shares of a device, or what is in one',
    description: [],
    required: [],
    options: ['recursive', 'port', 'plain', 'pinFile', 'acceptNewKey', 'capture', 'captureFormat', 'keyLog'],
    wording: dialerWording,
    examples: ['hexdrop ls 192.168.1.23', 'hexdrop ls -R 192.168.1.23/photos/2024'],
    isListing: true,
    load: () => import('../commands/ls.ts'),
  },
  {
    name: 'get',
    operands: '<host[:port]/share/path...>',
    fewestOperands: 1,
    mostOperands: 1000,
    operandMeaning: 'what to fetch, such as 192.168.1.23/photos/2024',
    offers: ['devices'],
    summary: 'fetch files and folders from a share',
    description: [
      'After an interruption, start the same command again: what was verified is not fetched a second time.',
      'With --stdout a file is read as it is, range by range: it is not verified by its digest, and nothing goes on where it broke. Of one that grows meanwhile, such as a log, comes what it had at the start.',
    ],
    required: [],
    options: [
      'dir',
      'stdout',
      'force',
      'only',
      'onConflict',
      'port',
      'plain',
      'retry',
      'limit',
      'pinFile',
      'acceptNewKey',
      'capture',
      'captureFormat',
      'keyLog',
    ],
    wording: { ...dialerWording, force: 'fetch also what there is no space for, as far as it goes' },
    examples: [
      'hexdrop get 192.168.1.23/photos/2024 --dir ~/Pictures',
      'hexdrop get nas.local/music --only "*.flac"',
      'hexdrop get nas.local/logs/today.log --stdout | grep -i error',
    ],
    load: () => import('../commands/get.ts'),
  },
  {
    name: 'put',
    operands: '<path...> <host[:port]/share/path>',
    fewestOperands: 2,
    mostOperands: Number.POSITIVE_INFINITY,
    operandMeaning: 'a file or folder, and last where it goes, such as 192.168.1.23/inbox',
    offers: ['files'],
    summary: 'upload into a writable share',
    description: [
      'After an interruption, start the same command again: what was verified is not sent a second time.',
      'A pipe, or standard input as "-", is uploaded as "hexdrop send" sends it.',
    ],
    required: [],
    options: [
      'name',
      'size',
      'port',
      'plain',
      'retry',
      'limit',
      'pinFile',
      'acceptNewKey',
      'capture',
      'captureFormat',
      'keyLog',
    ],
    wording: dialerWording,
    examples: [
      'hexdrop put report.pdf 192.168.1.23/inbox',
      'pg_dump shop | hexdrop put - 192.168.1.23/backups --name shop.sql',
    ],
    load: () => import('../commands/put.ts'),
  },
  {
    name: 'text',
    operands: '<host> [text]',
    fewestOperands: 1,
    mostOperands: 2,
    operandMeaning: 'whom it is for, such as 192.168.1.23 or bob-desktop',
    offers: ['devices', 'nothing'],
    summary: 'send a text to be shown, from an argument or standard input',
    description: [
      'The other side has a window open or runs "hexdrop receive", which prints it. Several words stand in quotes. Without a text, or with "-", it is read from standard input; the end of its last line is left out.',
      `A text has at most ${limits.textCharacters} characters and may have several lines. What is longer, or no text, is sent as a file.`,
    ],
    required: [],
    options: ['port', 'plain', 'acceptNewKey', 'capture', 'captureFormat', 'keyLog'],
    wording: dialerWording,
    examples: [
      'hexdrop text 192.168.1.23 "Ferry at 7:40, platform 3."',
      'hexdrop text bob-desktop < notes.md',
    ],
    load: () => import('../commands/text.ts'),
  },
  {
    name: 'peers',
    operands: '',
    fewestOperands: 0,
    mostOperands: 0,
    operandMeaning: 'nothing',
    offers: [],
    summary: 'show who is on the network',
    description: [
      'Lists the devices that announce themselves now: those with a window open, and those that run "hexdrop receive" or "hexdrop share". Names and ids are what they say of themselves; "known" and "verified" mean that this id was met before, and its key is checked when it is dialed.',
    ],
    required: [],
    options: ['wait'],
    examples: ['hexdrop peers', 'hexdrop peers --wait 5 --json'],
    isListing: true,
    load: () => import('../commands/peers.ts'),
  },
  {
    name: 'ui',
    operands: '[path...]',
    fewestOperands: 0,
    mostOperands: Number.POSITIVE_INFINITY,
    operandMeaning: 'nothing, or what to open with',
    offers: ['files'],
    summary: 'the whole program with its window in a browser: for servers, or without a desktop',
    description: [
      'Prints an address that opens one browser on this machine, and the next one when it was used. Folders that are given are shared at once; files wait to be sent.',
      'When it runs already for this home, what is given goes to the one that runs, and its address is printed.',
      'Other machines are let in only with --allow-remote. Through "ssh -L 18521:localhost:18521" it is not needed.',
    ],
    required: [],
    options: [
      'port',
      'open',
      'noOpen',
      'allowRemote',
      'allowHost',
      'passwordFile',
      'dir',
      'host',
      'plain',
      'keyLog',
    ],
    wording: {
      port: 'port of the page; 0 takes a free one (default 18521, or one of the next)',
      dir: 'where received files go in this run (default: as set in the window)',
      host: 'take transfers on this address only (default: all)',
      plain: 'take unencrypted transfers too: for labs',
    },
    examples: ['hexdrop ui', 'hexdrop ui ~/Music --no-open', 'hexdrop ui --allow-remote --port 8443'],
    isListener: true,
    load: () => import('../commands/ui.ts'),
  },
  {
    name: 'inspect',
    operands: '<file>',
    fewestOperands: 1,
    mostOperands: 1,
    operandMeaning:
      'a capture: pcapng or pcap, also packed with gzip (or Zstandard, from Node.js 22.15 on); "-" or a named pipe is listed as it comes',
    offers: ['files'],
    summary: 'print the frames in a capture file',
    description: [
      'Reads what --capture wrote and what the window exported, and captures of unencrypted sessions that Wireshark or tcpdump made. Without options it lists all frames and what happened to their connections; "->" was sent by the near side: this device, or the one that dialed.',
      'A filter is what the inspector in the window takes, such as "type == DATA && len > 1000", "conn == 2", "text contains "notes"".',
    ],
    required: [],
    options: ['frame', 'chunks', 'filter'],
    examples: [
      'hexdrop inspect session.pcapng',
      'hexdrop inspect session.pcapng --frame 12',
      'hexdrop inspect session.pcapng --chunks',
      'ssh nas tcpdump -i any -U -w - tcp | hexdrop inspect -',
    ],
    isListing: true,
    load: () => import('../commands/inspect.ts'),
  },
  {
    name: 'partials',
    operands: '',
    fewestOperands: 0,
    mostOperands: 0,
    operandMeaning: 'nothing',
    offers: [],
    summary: 'list transfers that stopped halfway and can be continued; --clean removes them',
    description: [
      'A transfer that was cut off leaves what it had verified, so that it can go on from there. What is listed here and no longer wanted can be cleaned; finished files are never touched.',
    ],
    required: [],
    options: ['clean'],
    examples: ['hexdrop partials', 'hexdrop partials --clean'],
    isListing: true,
    load: () => import('../commands/partials.ts'),
  },
  {
    name: 'doctor',
    operands: '[host]',
    fewestOperands: 0,
    mostOperands: 1,
    operandMeaning: 'nothing, or a device that cannot be reached',
    offers: ['devices'],
    summary: 'examine this machine, or the way to another, and say what to do',
    description: [
      'Without a device it looks at what others need to reach this machine and to send it files: interfaces, the port, firewalls where they can be known, announcements, the name server, the rights of the home and of the folder that receives, and the disk. It ends within seconds, whatever does not answer. All that it writes is an empty file in each of the two folders, which it removes at once.',
      'With a device it tries what a person who knows networks would try, and tells the likely causes.',
    ],
    required: [],
    options: ['dir', 'port'],
    wording: {
      dir: 'the folder that receives (default: the current folder)',
      port: `the port to listen on, or to dial where the address names none (default ${defaultPort})`,
    },
    examples: ['hexdrop doctor', 'hexdrop doctor --dir ~/Downloads', 'hexdrop doctor 192.168.1.23'],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'wireshark',
    operands: '',
    fewestOperands: 0,
    mostOperands: 0,
    operandMeaning: 'nothing',
    offers: [],
    summary: "say where Wireshark's folders are; --install puts our dissector and profile there",
    description: [
      'The dissector names every field of every frame: hexdrop.type == "DATA". The profile "Hexdrop" adds columns, colours and filter buttons.',
      'Plain sessions and our captures are read as they are. Encrypted ones show as TLS, until Wireshark has the keys that --keylog writes: then with their frames.',
    ],
    required: [],
    options: ['install'],
    examples: ['hexdrop wireshark --install'],
    load: () => import('../commands/wireshark.ts'),
  },
  {
    name: 'version',
    operands: '',
    fewestOperands: 0,
    mostOperands: 0,
    operandMeaning: 'nothing',
    offers: [],
    summary: 'show the version; --check asks whether there is a newer one',
    description: [
      'With --check one request goes to api.github.com. It says "hexdrop" and nothing of this device; GitHub sees the address that it comes from, as of every request. HEXDROP_RELEASES_URL names another place.',
    ],
    required: [],
    options: ['check'],
    examples: ['hexdrop version', 'hexdrop version --check'],
    load: () => import('../commands/version.ts'),
  },
  {
    name: 'completion',
    operands: '<shell>',
    fewestOperands: 1,
    mostOperands: 1,
    operandMeaning: `one of ${shells.join(', ')}, or "devices"`,
    offers: [[...shells, 'devices']],
    summary: 'print what makes a shell complete commands, options, paths and devices',
    description: [
      'bash: eval "$(hexdrop completion bash)" in ~/.bashrc. zsh: source <(hexdrop completion zsh) in ~/.zshrc, behind compinit.',
      'fish: hexdrop completion fish > ~/.config/fish/completions/hexdrop.fish. PowerShell: hexdrop completion powershell | Out-String | Invoke-Expression in $PROFILE.',
      'With "devices" it prints what the scripts ask for: the names of devices that were met, but those that a shell would have to quote.',
    ],
    required: [],
    options: [],
    examples: ['hexdrop completion bash', 'hexdrop completion devices'],
    isListing: true,
    load: () => import('../commands/completion.ts'),
  },
];

/** What a call of this command may carry. */
export const optionsOf = (command: CommandSpec): readonly OptionName[] => [
  ...command.options,
  ...commonOptions,
];

export const commandNamed = (name: string): CommandSpec | undefined =>
  commands.find((command) => command.name === name);
