/**
 * The generated parts of docs/PROTOCOL.md, as Markdown, from the catalog, the limits, the errors and the example
 * session. Pure: reading and writing files is docs/generate.ts. A unit test fails when the page has drifted.
 */

import type { Carrier, Family, IdRule, Sender } from '../../shared/protocol/catalog/message.ts';
import { messageOf, type TypeName, typeNames } from '../../shared/protocol/catalog.ts';
import { dissect, leavesOf } from '../../shared/protocol/dissect.ts';
import { grouped, hexByte, table } from './markdown.ts';
import { messageFields } from './message-fields.ts';
import { questionTable, sessionStateTable, transferStateTable } from './state-tables.ts';
import { errorTable } from '../../shared/errors/errors.ts';
import type { Travels } from '../../shared/errors/errors.ts';
import { headerFields } from '../../shared/protocol/header.ts';
import { headerBytes, limitTable, type LimitUnit } from '../../shared/protocol/limits.ts';
import { fromHex, toHex } from '../../shared/base/text.ts';
import example from '../../shared/protocol/vectors/example-session.json' with { type: 'json' };

/** Replaces what stands between the markers of every block. Throws when a marker is missing, unknown or not closed. */
export function withGenerated(page: string): string {
  const blocks = generatedBlocks();
  const seen = new Set<string>();
  const filled = page.replace(
    /<!-- generated:([a-z-]+) -->\n[\s\S]*?<!-- end:([a-z-]+) -->/g,
    (_, name: string, end: string) => {
      const block = blocks[name];
      if (block === undefined || end !== name) throw new Error(`No block "${name}" that ends with "${end}".`);
      seen.add(name);
      return `<!-- generated:${name} -->\n\n${block}\n\n<!-- end:${name} -->`;
    },
  );
  const missing = Object.keys(blocks).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new Error(`The page has no place for ${missing.join(', ')}.`);
  return filled;
}

/** Markdown by the name of its markers. */
export function generatedBlocks(): Readonly<Record<string, string>> {
  return {
    header: headerTable(),
    messages: messageTable(),
    'session-fields': familyFields('session'),
    'browse-fields': familyFields('browse'),
    'text-fields': familyFields('text'),
    'transfer-fields': familyFields('transfer'),
    'session-states': sessionStateTable(),
    questions: questionTable(),
    'transfer-states': transferStateTable(),
    limits: limitsTable(),
    errors: errorsTable(),
    'own-errors': ownCodes(),
    example: exampleSession(),
  };
}

function headerTable(): string {
  const rows = headerFields.map((field) => [String(field.at), field.width, field.name, field.meaning]);
  return table(['offset', 'type', 'field', 'meaning'], rows);
}

const senderText: Record<Sender, string> = {
  dialer: 'dialer',
  listener: 'listener',
  both: 'both',
  asker: 'asker',
  answerer: 'answerer',
  source: 'source',
  sink: 'sink',
};
const carrierText: Record<Carrier, string> = {
  control: 'control',
  bulk: 'bulk',
  lane: 'lane',
  'bulk-or-control': 'bulk or control',
  any: 'any',
};
const idText: Record<IdRule, string> = { zero: '0', request: 'request', either: '0 or request' };

function messageTable(): string {
  const rows = typeNames.map((name) => {
    const message = messageOf(name);
    return [
      hexByte(message.number),
      name,
      senderText[message.sender],
      carrierText[message.carrier],
      idText[message.id],
      message.payload === 'json' ? 'JSON' : 'binary',
      grouped(message.limitBytes),
      message.answers.join(', '),
      message.summary,
    ];
  });
  const head = ['type', 'name', 'sent by', 'carried by', 'id', 'payload', 'limit', 'answered by', 'summary'];
  return table(head, rows);
}

const familyFields = (family: Family): string =>
  typeNames
    .filter((name) => messageOf(name).family === family)
    .map((name) => messageFields(name, messageOf(name)))
    .join('\n\n');

const unitText: Record<LimitUnit, string> = {
  bytes: 'bytes',
  ms: 'ms',
  characters: 'characters',
  entries: 'entries',
  levels: 'levels',
  files: 'files',
  paths: 'paths',
  notices: 'notices',
  texts: 'texts',
  connections: 'connections',
  requests: 'requests',
};

function limitsTable(): string {
  const rows = Object.values(limitTable).map((each) => [
    each.what,
    `${grouped(each.value)} ${unitText[each.unit]}`,
    each.reason,
  ]);
  return table(['what', 'limit', 'reason'], rows);
}

const travelsText: Record<Exclude<Travels, 'never'>, string> = {
  session: 'ERROR with id 0',
  lane: 'ERROR with id 0, of a lane that ended',
  request: 'ERROR with an id, DECLINE',
  transfer: 'DECLINE, CANCEL',
  file: 'FAULT',
  any: 'any of them',
};

function errorsTable(): string {
  const rows = Object.entries(errorTable).flatMap(([code, { travels, since, meaning }]) =>
    travels === 'never' ? [] : [[`\`${code}\``, travelsText[travels], String(since), meaning]],
  );
  return table(['code', 'usually in', 'since', 'meaning'], rows);
}

/** Codes of this program that others must not give a meaning on the wire. */
const ownCodes = (): string =>
  Object.entries(errorTable)
    .filter(([, { travels }]) => travels === 'never')
    .map(([code]) => `\`${code}\``)
    .join(', ');

function exampleSession(): string {
  return example.steps.map((step, position) => exampleStep(step, position)).join('\n\n');
}

interface Step {
  readonly from: string;
  readonly note: string;
  readonly name: string;
  readonly hex: string;
}

function exampleStep(step: Step, position: number): string {
  const frame = fromHex(step.hex) ?? new Uint8Array(0);
  const isJson = messageOf(step.name as TypeName).payload === 'json';
  const to = step.from === 'dialer' ? 'listener' : 'dialer';
  const title = `**${position + 1}. ${step.from} to ${to}: ${step.name}.** ${step.note}`;
  // The first frame in full; of other JSON frames the text says more than its bytes.
  const shown = position > 0 && isJson ? hexDump(frame.subarray(0, headerBytes)) : hexDump(frame);
  const text = isJson && position > 0 ? `\n${jsonText(frame)}` : '';
  const fields = isJson ? '' : `\n\n${leafTable(frame)}`;
  return `${title}\n\n\`\`\`text\n${shown}${text}\n\`\`\`${fields}`;
}

/** The payload of a JSON frame as the dissector shows it. */
const jsonText = (frame: Uint8Array): string =>
  String(dissect(frame).children?.find((child) => child.name === 'payload')?.value ?? '');

function leafTable(frame: Uint8Array): string {
  const rows = leavesOf(dissect(frame))
    .filter((leaf) => leaf.offset >= headerBytes)
    .map((leaf) => [String(leaf.offset), String(leaf.length), leaf.name, `\`${String(leaf.value)}\``]);
  return table(['offset', 'length', 'field', 'value'], rows);
}

/** Rows of sixteen bytes with their offset and their ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const pairs = Array.from(row, (byte) => toHex(Uint8Array.of(byte)));
    const hex = `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.padEnd(48);
    const ascii = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    rows.push(`${at.toString(16).padStart(4, '0')}  ${hex}  ${ascii}`);
  }
  return rows.join('\n');
}
