/**
 * What `hexdrop ui` and the browser shell agree on. The command line parses and speaks; the browser shell
 * (electron/headless) does the work. Neither imports the other: the shell is a program of its own in dist, found when
 * it is wanted, and what crosses is plain data, since an error class of one bundle is not that of the other. Types only.
 */

export interface UiRequest {
  /** Folder of identity, settings, history and journals. */
  readonly home: string;
  /** Files and folders to open with, as typed. */
  readonly paths: readonly string[];
  /** The port of the page; 0 takes a free one. Without it the usual port is taken, or one of the next. */
  readonly port?: number;
  /** Whether to open a browser; without it, where there is a display and somebody before it. */
  readonly opensBrowser?: boolean;
  readonly allowRemote: boolean;
  /** Further names under which a browser may ask, each with or without a port. */
  readonly allowedHosts: readonly string[];
  readonly passwordFile?: string;
  readonly alias?: string;
  readonly downloadDir?: string;
  readonly allowPlain?: boolean;
  /** The address that takes transfers; all when absent. */
  readonly transferHost?: string;
  /** Takes the keys of encrypted transfers, for Wireshark; none are kept when absent. */
  readonly keyLog?: string;
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What starts this program again: for starting it with the system. */
  readonly startCommand: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly voice: UiVoice;
}

/** Where the shell says something: JSON lines, what was asked for, and what is good to know. */
export interface UiVoice {
  event(event: { readonly event: string; readonly [field: string]: unknown }): void;
  result(line: string): void;
  note(line: string): void;
  warn(line: string): void;
}

export type UiEnd =
  /** Ended from its window, or another one runs already and has taken the paths. */
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted' }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly seen?: string;
      readonly allowed?: string;
    };

export interface UiProgram {
  /** Never rejects. */
  runUi(request: UiRequest): Promise<UiEnd>;
}
