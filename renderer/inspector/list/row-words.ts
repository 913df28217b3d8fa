/** A row of the list in words, in the language of the window. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureConnection, CaptureEvent, CaptureRecord } from '../../../shared/model/capture.ts';
import { captureEventKinds, looseReasons } from '../../../shared/model/capture.ts';
import { typeLabel } from '../../../shared/protocol/catalog.ts';
import type { Language } from '../../../shared/model/settings.ts';
import { errorSentence } from '../../i18n/errors.ts';
import { formats } from '../../i18n/format.ts';
import { inspectorText } from '../text.ts';
import { summaryIn } from '../phrases.ts';

const eventKindOf = (row: CaptureRecord) => captureEventKinds[row.type] ?? 'midway';

/** What stands in the column of types. */
export function typeWord(language: Language, row: CaptureRecord): string {
  const text = inspectorText[language];
  if (row.kind === 'frame') return typeLabel(row.type);
  return row.kind === 'event' ? text.eventNames[eventKindOf(row)] : text.kinds[row.kind];
}

/** What it says, in one line. Names that peers sent are made harmless. */
export function summaryWords(
  language: Language,
  row: CaptureRecord,
  head: Uint8Array | undefined,
  connection: CaptureConnection | undefined,
): string {
  const text = inspectorText[language];
  const { bytes } = formats[language];
  if (row.kind === 'gap') return text.gapSummary(bytes(row.length), row.places);
  if (row.kind === 'loose') {
    return text.looseSummary(bytes(row.length), text.looseReasons[looseReasons[row.type] ?? 'refused']);
  }
  if (row.kind === 'event') {
    const kind = eventKindOf(row);
    const words =
      kind === 'fin' ? text.events[row.direction === 'in' ? 'finIn' : 'finOut'] : text.events[kind];
    const told = toldOf(
      language,
      connection?.events.find(({ number }) => number === row.number),
    );
    return told === '' ? words : `${words} · ${displayName(told)}`;
  }
  if (head === undefined) return '';
  const lacks = row.isCutOff ? text.lacking.cutOff : row.hasGaps ? text.lacking.gaps : undefined;
  const words = displayName(summaryIn(language, row, head));
  return lacks === undefined ? words : `${words} · ${lacks}`;
}

/** What the engine says of it is English; in another language the sentence for its code stands there, or nothing. */
const toldOf = (language: Language, event: CaptureEvent | undefined): string => {
  if (event === undefined || language === 'en') return event?.text ?? '';
  return event.code === undefined ? '' : errorSentence(language, event.code);
};

/** "studio", or the address, with the port where it tells connections apart. */
export const peerWord = (connection: CaptureConnection | undefined): string => {
  if (connection === undefined) return '';
  const { alias, address, port } = connection.far;
  if (alias !== undefined && alias !== '') return displayName(alias);
  return address === '' ? `:${connection.near.port}` : `${address}:${port}`;
};
