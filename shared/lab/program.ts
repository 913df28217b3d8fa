/** A short program that does what a tool of the view Learn shows, and runs as it stands. */

export const programLanguages = ['c', 'python', 'node'] as const;
export type ProgramLanguage = (typeof programLanguages)[number];

export interface Programs {
  readonly sources: Readonly<Record<ProgramLanguage, string>>;
  /** What each of them prints, line by line. */
  readonly output: readonly string[];
}

export const hexBytes = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
