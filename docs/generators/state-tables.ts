/** The tables of states of docs/PROTOCOL.md, from what the rows of the catalog say. */

import { answersTo, messageOf, questions, typeNames } from '../../shared/protocol/catalog.ts';
import type { TypeName } from '../../shared/protocol/catalog.ts';
import type { RequestState, SessionPhase } from '../../shared/protocol/catalog/behaviour.ts';
import { table } from './markdown.ts';

const listed = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));

/** "ACCEPT: flowing; DECLINE: cancelling", types that lead to the same state together. */
const leads = (names: readonly TypeName[], to: (name: TypeName) => string | undefined): string =>
  [...new Set(names.map(to))]
    .filter((state) => state !== undefined)
    .map((state) => `${names.filter((name) => to(name) === state).join(', ')}: ${state}`)
    .join('; ');

const sessionStates: readonly SessionPhase[] = ['greeting', 'answering', 'ready', 'over'];

export function sessionStateTable(): string {
  const rows = sessionStates.map((state) => {
    const names = typeNames.filter((name) => messageOf(name).session?.in.includes(state));
    const by = (side: 'dialer' | 'listener'): readonly string[] => [
      ...names.filter((name) => {
        const { sender, session } = messageOf(name);
        const phases = side === 'dialer' ? (session?.dialerIn ?? session?.in) : session?.in;
        return (sender === 'both' || sender === side) && phases?.includes(state) === true;
      }),
      ...(state === 'ready' ? ['requests and their frames'] : []),
    ];
    const next = leads(names, (name) => messageOf(name).session?.to);
    return [state, listed(by('dialer')), listed(by('listener')), next];
  });
  return table(['state', 'the dialer MAY send', 'the listener MAY send', 'next state'], rows);
}

const requestStates: readonly Exclude<RequestState, 'cancelling'>[] = [
  'asked',
  'offered',
  'flowing',
  'finishing',
];

export function transferStateTable(): string {
  const rows = requestStates.map((state) => {
    const by = (side: 'source' | 'sink'): readonly TypeName[] =>
      typeNames.filter((name) => {
        const { within, sender } = messageOf(name);
        if (within === undefined) return false;
        const states = side === 'source' ? (within.sourceIn ?? within.in) : within.in;
        // Only GET of a sink leads to a state in which an answer is waited for, and the source gives it.
        const speaker = within.by === 'answerer' ? 'source' : sender;
        return states.includes(state) && (speaker === 'both' || speaker === side);
      });
    const names = typeNames.filter((name) => [...by('source'), ...by('sink')].includes(name));
    return [
      state === 'asked' ? 'asked (GET was sent)' : state,
      listed(by('source')),
      listed(by('sink')),
      leads(names, (name) => messageOf(name).within?.to),
    ];
  });
  const last = ['cancelling', 'only its answer, CANCEL', 'only its answer, CANCEL', 'the answer: over'];
  return table(['state', 'the source MAY send', 'the sink MAY send', 'next state'], [...rows, last]);
}

/** Types that open a request which one answer ends, with that answer. */
export function questionTable(): string {
  const rows = questions.map((name) => [name, answersTo(name).join(', ')]);
  return table(['asked with', 'answered by'], rows);
}
