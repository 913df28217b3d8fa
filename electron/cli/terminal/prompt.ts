/**
 * Questions to the person at the terminal, one after another. Asked on standard error, so that standard output stays
 * what the command was called for. Lines are read as the terminal hands them over; a secret is read without echo.
 */

import type { TextSink, TextSource } from '../world.ts';

export interface PrompterOptions {
  readonly source: TextSource;
  readonly sink: TextSink;
  /** What must not write while a question is on the terminal. */
  readonly screen: { hold(): void; release(): void };
  /** Ctrl-C while the terminal is in raw mode, where it is no signal. */
  readonly onInterrupt: () => void;
}

/** `undefined`: the terminal was closed (Ctrl-D), or the question was withdrawn. */
export type Answer = string | undefined;

const ctrlC = '\u0003';
const ctrlD = '\u0004';
const erase = new Set(['\u0008', '\u007F']);
/** Cursor keys and their like, which must not become part of a PIN. */
// oxlint-disable-next-line no-control-regex -- this is what they begin with
const escapeSequence = /\u001B(?:\[[0-9;]*[ -/]*[@-~]|O.|.)?/g;

export class Prompter {
  readonly #options: PrompterOptions;
  #queue: Promise<unknown> = Promise.resolve();
  /** Typed beyond the end of the last answer. */
  #typed = '';
  #isClosed = false;
  /** Ends the question that is being asked without an answer. */
  #stopReading = (): void => {};

  constructor(options: PrompterOptions) {
    this.#options = options;
    options.source.setEncoding('utf8');
    // A terminal that is gone cannot be read, and is closed as far as we are concerned.
    options.source.on('error', () => this.#close());
  }

  /**
   * Runs a conversation of one or more questions when the ones before are over: nothing is drawn or asked in
   * between.
   */
  async converse<Result>(conversation: () => Promise<Result>): Promise<Result> {
    const { screen } = this.#options;
    const turn = this.#queue.then(async () => {
      screen.hold();
      try {
        return await conversation();
      } finally {
        screen.release();
      }
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Only within `converse`. */
  tell(line: string): void {
    this.#options.sink.write(`${line}\n`);
  }

  /** A line, without its end. Only within `converse`. */
  async ask(question: string, signal?: AbortSignal): Promise<Answer> {
    this.#options.sink.write(question);
    return this.#read(signal, () => {
      const end = this.#typed.indexOf('\n');
      if (end === -1) return undefined;
      const line = this.#typed.slice(0, end).replace(/\r$/, '');
      this.#typed = this.#typed.slice(end + 1);
      return line;
    });
  }

  /** A line that is not shown while it is typed. Only within `converse`. */
  async askHidden(question: string, signal?: AbortSignal): Promise<Answer> {
    const { source, sink, onInterrupt } = this.#options;
    sink.write(question);
    source.setRawMode?.(true);
    let secret = '';
    try {
      return await this.#read(signal, () => {
        const typed = this.#typed.replace(escapeSequence, '');
        this.#typed = '';
        const characters = Array.from(typed);
        for (const [index, character] of characters.entries()) {
          if (character === '\r' || character === '\n') {
            this.#typed = characters.slice(index + 1).join('');
            return secret;
          }
          if (character === ctrlC) onInterrupt();
          else if (character === ctrlD) this.#isClosed = true;
          else if (erase.has(character)) secret = Array.from(secret).slice(0, -1).join('');
          else if (character >= ' ') secret += character;
        }
        return undefined;
      });
    } finally {
      source.setRawMode?.(false);
      sink.write('\n');
    }
  }

  #close(): void {
    this.#isClosed = true;
    this.#stopReading();
  }

  /** Reads until `take` finds an answer in what was typed. */
  async #read(signal: AbortSignal | undefined, take: () => Answer): Promise<Answer> {
    const { source } = this.#options;
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        source.off('data', onData);
        source.off('end', onEnd);
        this.#stopReading = () => {};
        signal?.removeEventListener('abort', onAbort);
        source.pause();
        resolve(answer);
      };
      const look = (): boolean => {
        const answer = this.#isClosed ? undefined : take();
        if (answer === undefined && !this.#isClosed) return false;
        settle(answer);
        return true;
      };
      const onData = (text: string): void => {
        this.#typed += text;
        look();
      };
      const onEnd = (): void => this.#close();
      const onAbort = (): void => settle(undefined);
      if (signal?.aborted === true || this.#isClosed) {
        resolve(undefined);
        return;
      }
      this.#stopReading = () => settle(undefined);
      source.on('data', onData);
      source.on('end', onEnd);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (!look()) source.resume();
    });
  }
}
