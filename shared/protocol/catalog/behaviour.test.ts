import { describe, expect, it } from 'vitest';

import { messageOf, typeNames } from '../catalog.ts';
import { requestKinds } from './behaviour.ts';

const rows = typeNames.map((name) => ({ name, ...messageOf(name) }));

describe('the catalog', () => {
  it('gives every type a place: in the session, within a request, as the answer to a question, or on a lane', () => {
    const answers = new Set(rows.filter(({ opens }) => opens === 'question').flatMap((row) => row.answers));
    const placeless = rows.filter(
      ({ name, session, within, opens, carrier }) =>
        session === undefined &&
        within === undefined &&
        opens === undefined &&
        carrier !== 'lane' &&
        !answers.has(name),
    );
    expect(placeless.map(({ name }) => name)).toEqual([]);
  });

  it('answers each question with one type, that of nothing else', () => {
    const questions = rows.filter(({ opens }) => opens === 'question');
    const answers = questions.map((row) => row.answers);
    expect(answers.every((each) => each.length === 1)).toBe(true);
    expect(new Set(answers.flat()).size).toBe(questions.length);
  });

  it('names as answers within a transfer only what may come in the state to which a frame leads', () => {
    for (const { name, answers, opens, within } of rows) {
      if (opens === 'question' || (opens === undefined && within === undefined)) continue;
      const led = opens === undefined ? within?.to : requestKinds[opens].state;
      for (const answer of answers.filter((each) => each !== 'CANCEL')) {
        const states = rows.find((row) => row.name === answer)?.within?.in;
        expect(states, `${answer} after ${name}`).toContain(led);
      }
    }
  });

  it('lets ids of 0 belong to the session, and all others to requests', () => {
    for (const { name, id, session, within, carrier } of rows) {
      if (session !== undefined || carrier === 'lane') expect([name, id]).not.toContain('request');
      if (within !== undefined) expect([name, id]).not.toContain('zero');
    }
  });
});
