/**
 * What goes where. With --json standard output carries JSON lines and nothing else, and words go to standard error;
 * without, results go to standard output and the rest to standard error, or all of it where a capture or a file takes
 * standard output. Words that come from elsewhere (names, aliases, messages) must have passed displayName before they get here;
 * JSON carries them raw.
 */

import { displayName } from '../../../shared/model/display-name.ts';
import { errorTable } from '../../../shared/errors/errors.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { adviceFor } from './advice.ts';
import { LiveLines } from './live-lines.ts';
import type { TextSink, World } from '../world.ts';

export interface JsonEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Whether lines can be redrawn: a terminal that knows how to move its cursor. */
const canRedraw = (sink: TextSink, env: World['env']): boolean =>
  sink.isTTY === true && env['TERM'] !== 'dumb';

/** Colour only where someone sees it and nobody asked for none (no-color.org). */
const canColour = (sink: TextSink, env: World['env']): boolean =>
  canRedraw(sink, env) && (env['NO_COLOR'] ?? '') === '';

export class Output {
  readonly isJson: boolean;
  /** Absent where nothing can be redrawn. */
  readonly live: LiveLines | undefined;
  readonly #stdout: TextSink;
  readonly #stderr: TextSink;
  readonly #hasColour: boolean;
  /** Something else than words goes to standard output: a capture, or the content of a file. */
  readonly #isStdoutTaken: boolean;
  #isBroken = false;
  /** Lines that wait for the end of a question. */
  #heldBack: (() => void)[] | undefined;
  #drained: Promise<void> | undefined;
  #resolveDrained = (): void => {};

  constructor(world: World, isJson: boolean, isStdoutTaken = false) {
    this.isJson = isJson;
    this.#isStdoutTaken = isStdoutTaken;
    this.#stdout = world.stdout;
    this.#stderr = world.stderr;
    this.#hasColour = canColour(world.stderr, world.env);
    this.live = canRedraw(world.stderr, world.env) ? new LiveLines(world.stderr) : undefined;
  }

  /** The reader of standard output went away: nothing is written to it any more. */
  breakPipe(): void {
    this.#isBroken = true;
    this.#resolveDrained();
  }

  /** A JSON line; nothing without --json. */
  event(event: JsonEvent): void {
    if (this.isJson) this.#writeOut(`${JSON.stringify(event)}\n`);
  }

  /** What the command was called for. */
  result(line: string): void {
    if (this.isJson || this.#isStdoutTaken) this.note(line);
    else this.#unlessHeld(this.#stdout, () => this.#writeOut(`${line}\n`));
  }

  /** Content that the command was called for, as it is. Resolves when standard output takes more. */
  bytes(content: Uint8Array): Promise<void> {
    this.#writeOut(content);
    return this.drained();
  }

  /** What is good to know meanwhile. */
  note(line: string): void {
    this.#unlessHeld(this.#stderr, () => {
      this.live?.clear();
      this.#stderr.write(`${line}\n`);
    });
  }

  warn(line: string): void {
    this.note(`${this.#paint('33', 'warning:')} ${line}`);
  }

  errorEvent(error: HexdropError, extra: Readonly<Record<string, unknown>> = {}): void {
    const { code, message, seen, allowed, retryAfterMs } = error;
    this.event({ event: 'error', code, message, seen, allowed, retryAfterMs, ...extra });
  }

  /** A failure that ends the command: in words, with a way forward, and as a JSON line. */
  error(error: HexdropError, advice = adviceFor(error)): void {
    this.release();
    this.errorEvent(error);
    this.note(
      `${this.#paint('31', 'hexdrop:')} ${displayName(error.message || errorTable[error.code].meaning)}`,
    );
    if (advice !== undefined) this.note(`  ${advice}`);
  }

  /** While a question is on the terminal nothing is written over it; it comes when the question is over. */
  hold(): void {
    this.live?.hold();
    this.#heldBack ??= [];
  }

  release(): void {
    this.live?.release();
    const heldBack = this.#heldBack ?? [];
    this.#heldBack = undefined;
    for (const write of heldBack) write();
  }

  /** Resolves when standard output takes more: awaited by whoever writes without end. */
  async drained(): Promise<void> {
    await this.#drained;
  }

  #writeOut(content: string | Uint8Array): void {
    if (this.#isBroken) return;
    if (this.#stdout.isTTY === true) this.live?.clear();
    if (this.#stdout.write(content) || this.#drained !== undefined) return;
    this.#drained = new Promise((resolve) => {
      this.#resolveDrained = () => {
        this.#drained = undefined;
        resolve();
      };
      this.#stdout.once('drain', this.#resolveDrained);
    });
  }

  #unlessHeld(sink: TextSink, write: () => void): void {
    if (this.#heldBack === undefined || sink.isTTY !== true) write();
    else this.#heldBack.push(write);
  }

  #paint(colour: string, text: string): string {
    return this.#hasColour ? `\u001B[${colour}m${text}\u001B[0m` : text;
  }
}
