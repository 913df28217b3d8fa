/** Between preload and main, and nothing else: the page never sees Electron's IPC, only the functions of the bridge. */

export const channels = {
  /** Brings a MessagePort: a link of this window. */
  link: 'hexdrop:link',
  /** Asks for grants; carries paths, which end here. */
  grant: 'hexdrop:grant',
  /** Asks for the system's dialog. */
  pick: 'hexdrop:pick',
  /** Asks for the window to come to the front. */
  show: 'hexdrop:show',
} as const;

/** The last message of a link, from the side that closes it. All others are LinkMessages. */
export interface Goodbye {
  readonly goodbye: string;
}

export const isGoodbye = (data: unknown): data is Goodbye =>
  typeof data === 'object' && data !== null && 'goodbye' in data && typeof data.goodbye === 'string';
