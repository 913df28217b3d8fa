/** Which language the window speaks, and how a catalog of texts is written down. */

import { createContext, useContext } from 'react';

import type { Language, Settings } from '../../shared/model/settings.ts';
import { type Format, formats } from './format.ts';

/** `system` follows the browser: Chinese of any kind reads Simplified Chinese, everything else English. */
export const languageOf = (
  wished: Settings['language'],
  systemLanguages: readonly string[] = navigator.languages,
): Language => {
  if (wished !== 'system') return wished;
  return (systemLanguages[0] ?? 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

/** The tag for `<html lang>` and for Intl. */
export const languageTag = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en');

/** Texts of one subject: sentences, functions that make one, and groups of these. */
export interface Texts {
  readonly [key: string]: string | readonly string[] | ((...args: never[]) => string) | Texts;
}

/** The same keys with any text: what the other language has to bring. */
export type SameKeys<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : T[K] extends readonly string[]
        ? readonly string[]
        : SameKeys<T[K]>;
};

export interface Catalog<T> {
  readonly en: SameKeys<T>;
  readonly zh: SameKeys<T>;
}

/**
 * Both languages of one subject side by side; a key that one of them lacks fails the typecheck. Each language is a
 * function of its own `Format` (numbers, sizes, times, plurals).
 */
export const defineText = <T extends Texts>(
  en: (format: Format) => T,
  zh: (format: Format) => SameKeys<NoInfer<T>>,
): Catalog<T> => ({ en: en(formats.en) as unknown as SameKeys<T>, zh: zh(formats.zh) });

export const LanguageContext = createContext<Language>('en');

export const useLanguage = (): Language => useContext(LanguageContext);

/** The texts of a catalog in the language of the window. */
export const useText = <T>(catalog: Catalog<T>): SameKeys<T> => catalog[useLanguage()];

export const useFormat = (): Format => formats[useLanguage()];
