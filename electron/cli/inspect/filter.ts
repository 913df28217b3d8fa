/** `--filter` of `hexdrop inspect`: the language of the window, over the rows of a loaded capture. */

import { displayName } from '../../../shared/model/display-name.ts';
import { byteTermsOf, peerTextsOf, predicateOf } from '../../../shared/protocol/filter/evaluate.ts';
import type { RowPredicate } from '../../../shared/protocol/filter/evaluate.ts';
import { parseFilter } from '../../../shared/protocol/filter/parse.ts';
import { filterFaultSentences } from '../../../shared/protocol/filter/syntax.ts';
import type { FilterFault } from '../../../shared/protocol/filter/syntax.ts';
import { byteSearch } from '../../engine/captures.ts';
import { usageError } from '../call/options.ts';
import { keptOf, recordNumbered } from './loaded.ts';
import type { ReadCapture } from './loaded.ts';

/** A filter that has been read; what it is asked of comes later. */
export type WaitingFilter = (capture: ReadCapture) => RowPredicate;

/** Undefined for an empty text. Throws a usage error for what is no filter. */
export function filterOf(text: string): WaitingFilter | undefined {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw refusal(text, parsed.fault);
  const { filter } = parsed;
  if (filter === undefined) return undefined;
  const searches = new Map(
    byteTermsOf(filter).map(({ hex, ignoreCase }) => [
      `${hex}${ignoreCase}`,
      byteSearch(Buffer.from(hex, 'hex'), ignoreCase),
    ]),
  );
  return ({ source, connection }) =>
    predicateOf(filter, {
      peerTexts: (number) => peerTextsOf(connection(number)?.far),
      isMarked: () => false,
      holds: (number, hex, ignoreCase) => {
        const record = recordNumbered(source, number);
        return (
          record !== undefined && searches.get(`${hex}${ignoreCase}`)?.(keptOf(source, record).bytes) === true
        );
      },
    });
}

/** So many of the allowed values are listed. */
const mostTold = 12;

function refusal(text: string, { what, at, seen, allowed }: FilterFault): Error {
  const place = seen === '' || what === 'too-long' ? '' : ` At character ${at + 1}: "${displayName(seen)}".`;
  const more = allowed.length > mostTold ? ', ...' : '';
  const hint = allowed.length === 0 ? '' : ` Allowed: ${allowed.slice(0, mostTold).join(', ')}${more}.`;
  return usageError(`--filter is not understood. ${filterFaultSentences[what]}${place}${hint}`, {
    seen: seen === '' ? text.slice(-40) : seen,
  });
}
