/**
 * How a name that came from elsewhere is shown to a person: in a terminal, a window or an error message.
 *
 * Names are kept as sent on the wire and on the disk; only their display is escaped, so that no name can move
 * the cursor, reverse the text around it or look like another one by characters that nobody sees. Names in any
 * language and emoji stay as they are. Pure: no Node, no DOM.
 */

/** A name that is wholly made of these needs no look. */
const plainName = /^[\x20-\x7e]*$/u;

/** Scripts in which a joiner or non-joiner between two letters is ordinary spelling (Persian, Hindi, Sinhala). */
const joiningScripts = [
  'Arabic',
  'Syriac',
  'Nko',
  'Mongolian',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Khmer',
  'Myanmar',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');

/** Invisible characters that are part of a visible one, each only where it does its work. */
const kept = [
  // A flag of a region (Scotland): black flag, tag characters, end tag.
  '\\u{1f3f4}[\\u{e0020}-\\u{e007e}]+\\u{e007f}',
  // Text or emoji presentation of a pictograph, and of a keycap.
  '(?<=\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]',
  '(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
  // The joiner inside of one emoji (a family, a profession, a flag).
  '(?<=\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]?)\\u200d(?=\\p{Extended_Pictographic})',
  // Joiners between letters of the scripts that are spelled with them.
  `(?<=[${joiningScripts}])[\\u200c\\u200d](?=[${joiningScripts}])`,
  // Variants of a Han character (names of people) and of a Mongolian letter.
  '(?<=\\p{Script=Han})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]',
  '(?<=\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]',
].join('|');

/**
 * What is never shown as it is: controls (C0, DEL, C1), line and paragraph separators, lone surrogates,
 * everything that Unicode calls ignorable (bidi controls, zero-width characters, soft hyphen, fillers, tags),
 * annotation controls, the blank Braille pattern and noncharacters.
 */
const escaped =
  '[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb\\u2800\\p{Noncharacter_Code_Point}]';

const suspicious = new RegExp(`(?<kept>${kept})|${escaped}`, 'gu');

/**
 * The name (or path) with everything invisible or able to steer a display written as `\u{202e}`. A name without
 * such characters comes back as it is.
 */
export const displayName = (name: string): string =>
  plainName.test(name)
    ? name
    : name.replace(suspicious, (match, keptMatch: string | undefined) =>
        keptMatch === undefined ? escapeOf(match) : match,
      );

const escapeOf = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;
