/** The language of the system, as far as there are texts in it. */

export const systemLanguage = (
  locale: string = Intl.DateTimeFormat().resolvedOptions().locale,
): 'en' | 'zh' => (/^zh\b/iu.test(locale) ? 'zh' : 'en');
