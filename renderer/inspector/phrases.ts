/** What the protocol says of frames, in the languages of the window. */

import type { Language } from '../../shared/model/settings.ts';
import { englishPhrases } from '../../shared/protocol/phrases-en.ts';
import { type PhraseTable, rendered } from '../../shared/protocol/phrases.ts';
import { type SummarisedFrame, summaryOf } from '../../shared/protocol/summary.ts';
import { chinesePhrases } from './phrases-zh.ts';

export const phrasesOf: Readonly<Record<Language, PhraseTable>> = { en: englishPhrases, zh: chinesePhrases };

/** One line for a frame. Names in it are as sent: whoever shows them escapes them. */
export const summaryIn = (language: Language, frame: SummarisedFrame, head: Uint8Array): string =>
  rendered(phrasesOf[language], summaryOf(frame, head));
