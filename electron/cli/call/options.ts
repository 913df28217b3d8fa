/**
 * Every option of the command line, once: its name, what its value may be, and the line of --help. Which command
 * takes which is commands.ts. A value that is not allowed throws a usage error that says what was seen.
 */

import type { CaptureFormat } from '../../../shared/model/capture.ts';
import type { ConflictPolicy } from '../../../shared/model/transfer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';

/** What a call can carry. An option that was not given is absent. */
export interface OptionValues {
  readonly to?: string;
  readonly dir?: string;
  readonly name?: string;
  /** Bytes. */
  readonly size?: number;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly once?: boolean;
  readonly only?: readonly string[];
  readonly onConflict?: ConflictPolicy;
  readonly stdout?: boolean;
  readonly writable?: boolean;
  readonly recursive?: boolean;
  readonly clean?: boolean;
  readonly check?: boolean;
  readonly wait?: number;
  readonly noAnnounce?: boolean;
  readonly install?: boolean;
  readonly pinFile?: string;
  readonly host?: string;
  readonly port?: number;
  readonly plain?: boolean;
  readonly retry?: number;
  /** Bytes a second. */
  readonly limit?: number;
  readonly acceptNewKey?: boolean;
  readonly open?: boolean;
  readonly noOpen?: boolean;
  readonly allowRemote?: boolean;
  readonly allowHost?: readonly string[];
  readonly passwordFile?: string;
  readonly capture?: string;
  readonly captureFormat?: CaptureFormat;
  readonly keyLog?: string;
  readonly frame?: number;
  readonly chunks?: boolean;
  readonly filter?: string;
  readonly alias?: string;
  readonly home?: string;
  readonly json?: boolean;
  readonly help?: boolean;
  readonly version?: boolean;
}

export type OptionName = keyof OptionValues;

interface OptionBase {
  /** As typed, without the dashes. */
  readonly flag: string;
  readonly short?: string;
  readonly summary: string;
}

/** What a shell offers where a value is typed: paths, devices that were met, or one of these words. */
export type Offered = 'files' | 'folders' | 'devices' | readonly string[];

interface SwitchSpec extends OptionBase {
  readonly placeholder?: undefined;
}

interface ValueSpec<Value> extends OptionBase {
  readonly placeholder: string;
  readonly isRepeatable?: true;
  /** Absent where nobody can know what will be typed. */
  readonly offers?: Offered;
  /** Throws the reason as a usage error. */
  parse(text: string): Value;
}

export type OptionSpec = SwitchSpec | ValueSpec<unknown>;

type SpecOf<Value> = [Value] extends [boolean]
  ? SwitchSpec
  : [Value] extends [readonly (infer Item)[]]
    ? ValueSpec<Item> & { readonly isRepeatable: true }
    : ValueSpec<Value>;

export const usageError = (
  message: string,
  details: { seen?: string; allowed?: string } = {},
): HexdropError => new HexdropError('usage', message, details);

const refuse = (flag: string, seen: string, allowed: string): never => {
  throw usageError(`--${flag} takes ${allowed}, not "${seen}".`, { seen, allowed });
};

const parseText =
  (flag: string, allowed: string) =>
  (text: string): string =>
    text === '' ? refuse(flag, text, allowed) : text;

const parseWholeNumber = (flag: string, text: string, lowest: number, highest: number): number => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value >= lowest && value <= highest
    ? value
    : refuse(flag, text, `a whole number from ${lowest} to ${highest}`);
};

/** Decimal, as speeds are shown. */
const rateUnits: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Below it a frame would take minutes. */
const leastRate = 1_000;

const parseRate = (text: string): number => {
  const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([kmg]?)$/i.exec(text) ?? [];
  const rate = digits === '' ? Number.NaN : Math.round(Number(digits) * (rateUnits[unit.toLowerCase()] ?? 1));
  return rate >= leastRate
    ? rate
    : refuse('limit', text, 'bytes a second from 1k on, such as 500k, 10M or 1.5G');
};

const conflictPolicies = ['rename', 'skip', 'overwrite'] as const satisfies readonly ConflictPolicy[];

const parsePolicy = (text: string): ConflictPolicy =>
  conflictPolicies.find((policy) => policy === text) ??
  refuse('on-conflict', text, conflictPolicies.join(', '));

const parseAlias = (text: string): string => {
  const allowed = `a name of 1 to ${limits.aliasCharacters} characters`;
  const alias = text.trim();
  return alias === '' || Array.from(alias).length > limits.aliasCharacters
    ? refuse('alias', text, allowed)
    : alias;
};

/** A name or address as it stands in a browser's address field, with or without a port. */
const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

const parseHostName = (text: string): string =>
  hostPattern.test(text)
    ? text.toLowerCase()
    : refuse('allow-host', text, 'a name as it stands in the browser, such as nas.example or localhost:9000');

const captureFormats = ['raw-ip', 'exported-pdu'] as const satisfies readonly CaptureFormat[];

/** A day: nobody means a longer one, and it keeps milliseconds far from the limits of timers. */
const longestRetrySeconds = 86_400;

export const defaultRetrySeconds = 30;

/** A device that is there is heard within one second, two when a packet is lost. */
export const defaultWaitSeconds = 2;
const longestWaitSeconds = 3_600;

export const optionTable: { readonly [Name in OptionName]-?: SpecOf<NonNullable<OptionValues[Name]>> } = {
  to: {
    flag: 'to',
    placeholder: 'HOST',
    offers: 'devices',
    summary:
      'the device to send to: host, host:port, [IPv6]:port, or the name of a known or announced device',
    parse: parseText('to', 'host, host:port or the name of a device'),
  },
  dir: {
    flag: 'dir',
    placeholder: 'DIR',
    offers: 'folders',
    summary: 'the folder to save to, created if missing (default: the current folder)',
    parse: parseText('dir', 'a folder'),
  },
  name: {
    flag: 'name',
    placeholder: 'NAME',
    summary: 'file name for the data of a pipe (default: stdin, or the name of the pipe)',
    parse: parseText('name', 'the name of a file'),
  },
  size: {
    flag: 'size',
    placeholder: 'BYTES',
    summary: 'the exact number of bytes to expect from a pipe; otherwise nothing is sent',
    parse: (text) => parseWholeNumber('size', text, 0, Number.MAX_SAFE_INTEGER),
  },
  yes: { flag: 'yes', short: 'y', summary: 'accept every offer without asking' },
  force: {
    flag: 'force',
    summary: 'with --yes: also accept offers that are larger than the free space',
  },
  once: { flag: 'once', summary: 'stop after one accepted transfer, with its exit code' },
  only: {
    flag: 'only',
    placeholder: 'GLOB',
    isRepeatable: true,
    summary: 'transfer only what matches, as in "*.jpg" or "photos/2024/**"; may be repeated',
    parse: parseText('only', 'a pattern such as "*.jpg"'),
  },
  onConflict: {
    flag: 'on-conflict',
    placeholder: 'WHAT',
    offers: conflictPolicies,
    summary: 'if a name is taken: rename (default), skip identical files, or overwrite',
    parse: parsePolicy,
  },
  stdout: {
    flag: 'stdout',
    summary: 'write the content of one file to standard output, and nothing else',
  },
  writable: { flag: 'writable', summary: 'let others upload into the shared folders' },
  recursive: { flag: 'recursive', short: 'R', summary: 'list all subfolders too, one path per line' },
  wait: {
    flag: 'wait',
    placeholder: 'SECONDS',
    summary: `seconds to listen for devices (default ${defaultWaitSeconds})`,
    parse: (text) => parseWholeNumber('wait', text, 1, longestWaitSeconds),
  },
  noAnnounce: {
    flag: 'no-announce',
    summary: 'do not announce this device on the network; others need its address',
  },
  check: {
    flag: 'check',
    summary: 'ask GitHub whether a newer version is published; nothing is downloaded',
  },
  clean: { flag: 'clean', summary: 'remove them and their data on disk' },
  install: { flag: 'install', summary: 'copy them into your own Wireshark folders' },
  pinFile: {
    flag: 'pin-file',
    placeholder: 'FILE',
    offers: 'files',
    summary: 'file whose first line is the PIN of the share',
    parse: parseText('pin-file', 'a file'),
  },
  host: {
    flag: 'host',
    placeholder: 'ADDRESS',
    summary: 'listen on this address only (default: all)',
    parse: parseText('host', 'an address of this device'),
  },
  port: {
    flag: 'port',
    placeholder: 'PORT',
    summary: 'port number',
    parse: (text) => parseWholeNumber('port', text, 0, 65_535),
  },
  plain: { flag: 'plain', summary: 'no encryption' },
  retry: {
    flag: 'retry',
    placeholder: 'SECONDS',
    summary: `seconds to keep trying after the connection breaks (default ${defaultRetrySeconds}, 0 for never)`,
    parse: (text) => parseWholeNumber('retry', text, 0, longestRetrySeconds),
  },
  limit: {
    flag: 'limit',
    placeholder: 'RATE',
    summary: 'limit the speed to this many bytes per second, as in 500k or 10M',
    parse: parseRate,
  },
  acceptNewKey: {
    flag: 'accept-new-key',
    summary: 'trust the new key of a known device, for instance after a reinstallation',
  },
  open: { flag: 'open', summary: 'open a browser (default: if there is a display)' },
  noOpen: { flag: 'no-open', summary: 'do not open a browser' },
  allowRemote: {
    flag: 'allow-remote',
    summary: 'let browsers on other machines connect, with TLS and a password',
  },
  allowHost: {
    flag: 'allow-host',
    placeholder: 'NAME',
    isRepeatable: true,
    summary: 'another host name for the page, such as nas.example; may be repeated',
    parse: parseHostName,
  },
  passwordFile: {
    flag: 'password-file',
    placeholder: 'FILE',
    offers: 'files',
    summary:
      'with --allow-remote: file whose first line is the password (default: one is generated and shown)',
    parse: parseText('password-file', 'a file'),
  },
  capture: {
    flag: 'capture',
    placeholder: 'FILE',
    offers: 'files',
    summary: 'write everything that crosses the wire to a pcapng file, decrypted',
    parse: parseText('capture', 'a file'),
  },
  captureFormat: {
    flag: 'capture-format',
    placeholder: 'FORM',
    offers: captureFormats,
    summary:
      'format of --capture: raw-ip, TCP/IP packets with synthetic headers (default), or exported-pdu, one frame per packet',
    parse: (text) =>
      captureFormats.find((format) => format === text) ??
      refuse('capture-format', text, captureFormats.join(', ')),
  },
  keyLog: {
    flag: 'keylog',
    placeholder: 'FILE',
    offers: 'files',
    summary:
      'append the keys of encrypted sessions to a file for Wireshark; whoever has the keys and the packets can read the data',
    parse: parseText('keylog', 'a file'),
  },
  frame: {
    flag: 'frame',
    placeholder: 'N',
    summary: 'show the fields and bytes of this frame',
    parse: (text) => parseWholeNumber('frame', text, 1, 999_999_999),
  },
  filter: {
    flag: 'filter',
    placeholder: 'FILTER',
    summary: 'list only matching frames, as in "type == OFFER" or "dir == in && len > 1000"',
    parse: parseText('filter', 'a filter such as "type == DATA"'),
  },
  chunks: { flag: 'chunks', summary: 'show how frames are spread over the chunks that were read or written' },
  alias: {
    flag: 'alias',
    placeholder: 'NAME',
    summary: "the name others see (default: this device's name)",
    parse: parseAlias,
  },
  home: {
    flag: 'home',
    placeholder: 'DIR',
    offers: 'folders',
    summary: 'folder for identity, known devices and journals (also HEXDROP_HOME)',
    parse: parseText('home', 'a folder'),
  },
  json: {
    flag: 'json',
    summary: 'one JSON object per line on standard output; messages go to standard error',
  },
  help: { flag: 'help', short: 'h', summary: 'show this help' },
  version: { flag: 'version', summary: 'show the version' },
};

/** Names in the order of the table. */
export const optionNames = Object.keys(optionTable) as readonly OptionName[];

/** "--port PORT", "-R, --recursive". */
export const optionUsage = (spec: OptionSpec): string => {
  const long = spec.placeholder === undefined ? `--${spec.flag}` : `--${spec.flag} ${spec.placeholder}`;
  return spec.short === undefined ? long : `-${spec.short}, ${long}`;
};
