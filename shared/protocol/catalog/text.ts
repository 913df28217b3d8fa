/** Catalog rows of texts: a piece of text from one device to the other. docs/PROTOCOL.md, "Texts". */

import * as v from 'valibot';
import { limits } from '../limits.ts';
import { json } from './message.ts';
import { emptyObject, means, text } from './properties.ts';

export const textMessages = {
  TEXT: json(
    0x18,
    {
      family: 'text',
      sender: 'asker',
      carrier: 'control',
      id: 'request',
      answers: ['TAKEN'],
      opens: 'question',
      limitBytes: limits.controlBytes,
      summary: 'Hands over a piece of text, to be shown to a person.',
    },
    v.object({ text: means(text(1, limits.textCharacters), 'the text, as it was written') }),
  ),
  TAKEN: json(
    0x19,
    {
      family: 'text',
      sender: 'answerer',
      carrier: 'control',
      id: 'request',
      limitBytes: limits.smallControlBytes,
      summary: 'Answers TEXT: it was taken.',
    },
    emptyObject(),
  ),
} as const;
