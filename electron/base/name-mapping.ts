/**
 * Owns the way between a name as it travels and the name that a system can hold, in both directions
 * (docs/decisions/0008). Pure; the platform is an argument.
 *
 * Unix holds every name. Windows does not hold some characters, a dot or space at the end, and the names of devices. There
 * each such character becomes the one that looks like it, behind a mark: "a:b.txt" is kept as "a‛：b.txt". Without the mark
 * nothing is taken back: a name in which somebody wrote "：" stays what it is.
 */

import { compareUtf8 } from '../../shared/base/text.ts';

/** SINGLE HIGH-REVERSED-9 QUOTATION MARK: it is in hardly any name, and fonts have it. */
const mark = '\u201b';

/** Device names of Windows, which hold in every folder and with every extension (`NUL.txt`, `COM1 .log`). */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[1-9¹²³]|lpt[1-9¹²³])\s*(?:\..*)?$/iu;
/** The short aliases that NTFS may make for unfinished files: the first, the tenth, the fifth (hashed). */
const aliasOfUnfinished = /^(?:hexdro~\d|hexdr~\d\d|he[\da-f]{4}~\d)(?:\..*)?$/iu;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[<>:"\\|?*\u0001-\u001f]/u;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const unusual = /[<>:"\\|?*\u0001-\u001f\u201b]|[. ]$/u;

/** The name that the system keeps an entry under whose name on the wire is `name`. */
export const localName = (name: string, platform: NodeJS.Platform): string =>
  platform === 'win32' ? windowsName(name) : name;

/** The name on the wire of an entry that the system keeps as `local`: what `localName` made of it, else the name itself. */
export const wireName = (local: string, platform: NodeJS.Platform): string => {
  if (platform !== 'win32' || !local.includes(mark)) return local;
  const name = unmarked(local);
  return name !== '.' && name !== '..' && windowsName(name) === local ? name : local;
};

export interface WireNames {
  /** In byte order. */
  readonly names: readonly string[];
  /** What those of them are called here that are called otherwise. */
  readonly called: ReadonlyMap<string, string>;
}

/** The names on the wire of what is in a folder; a name that two entries would have is there twice. */
export const wireNamesOf = (found: readonly string[], platform: NodeJS.Platform): WireNames => {
  const called = new Map<string, string>();
  const names = found.map((local) => {
    const name = wireName(local, platform);
    if (name !== local) called.set(name, local);
    return name;
  });
  return { names: names.sort(compareUtf8), called };
};

const windowsName = (name: string): string => {
  const isTaken = device.test(name) || aliasOfUnfinished.test(name);
  if (!isTaken && !unusual.test(name)) return name;
  let local = '';
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charAt(at);
    if (isReplaced(name, at, isTaken)) local += mark + lookalike(unit);
    else if (unit === mark && isMisread(name, at + 1)) local += mark + mark;
    else local += unit;
  }
  return local;
};

/** Of a name that Windows takes for something else, the first character is replaced. */
const isReplaced = (name: string, at: number, isTaken: boolean): boolean => {
  const unit = name.charAt(at);
  if (at === 0 && isTaken) return true;
  return forbidden.test(unit) || (at === name.length - 1 && (unit === '.' || unit === ' '));
};

/** Whether what stands behind a mark that belongs to the name would be taken for something that was replaced. */
const isMisread = (name: string, at: number): boolean => {
  const unit = name.charAt(at);
  return unit === mark || original(unit) !== undefined || isReplaced(name, at, false);
};

const unmarked = (local: string): string => {
  let name = '';
  for (let at = 0; at < local.length; at += 1) {
    const unit = local.charAt(at);
    const next = local.charAt(at + 1);
    const replaced = unit !== mark ? undefined : next === mark ? mark : original(next);
    name += replaced ?? unit;
    if (replaced !== undefined) at += 1;
  }
  return name;
};

/** Fullwidth forms of what can be printed, the pictures of space and of control characters. */
const fullwidthOffset = 0xfee0;
const pictures = 0x2400;

const lookalike = (unit: string): string => {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code + (code <= 0x20 ? pictures : fullwidthOffset));
};

/** What a character looks like that may stand for another; undefined for any other. */
const original = (unit: string): string | undefined => {
  const code = unit.charCodeAt(0);
  if (code > pictures && code <= pictures + 0x20) return String.fromCharCode(code - pictures);
  if (code > fullwidthOffset + 0x20 && code < fullwidthOffset + 0x7f)
    return String.fromCharCode(code - fullwidthOffset);
  return undefined;
};
