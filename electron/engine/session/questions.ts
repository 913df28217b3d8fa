/**
 * The questions of a session and their answers (docs/PROTOCOL.md, "States of a request"): what this side asked and
 * waits for, and what the peer asks and the server answers. Transfers are for session.ts.
 *
 * Answers are made as fast as the peer takes them: one that asks and does not read would otherwise fill the memory.
 */

import { answersTo, questions } from '../../../shared/protocol/catalog.ts';
import type { AnswerTo, Payload, Question, TypeName } from '../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { asHexdropError } from '../../../shared/errors/errors.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { errorPayload } from '../../../shared/protocol/wire-errors.ts';
import type { ControlFrame } from './frame-stream.ts';

type Answer = AnswerTo<Question>;

export type QuestionFrame = Extract<ControlFrame, { type: Question }>;
export type AnswerFrame = Extract<ControlFrame, { type: Answer }>;

/** What makes the answers, one method a question, named after it. What they throw is told to the peer as ERROR. */
export type QuestionServer<Asker> = {
  [Type in Question as Lowercase<Type>]: (asker: Asker, request: Payload<Type>) => Payload<AnswerTo<Type>>;
};

/** Sends questions and answers; the session is it, which asks its machine whether each may be sent now. */
export interface QuestionSender {
  nextId(): number;
  send<Type extends Question>(type: Type, id: number, payload: Payload<Type>): void;
  /** Writes an encoded answer; calls `written` when the system has taken it. */
  write(type: Answer | 'ERROR', id: number, frame: Uint8Array, written: () => void): void;
}

/** Answers that are written and not taken yet, beyond which the next question waits: a few of the largest. */
const unsentBytes = 1_048_576;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: HexdropError): void;
}

export class Questions<Asker> {
  readonly #asker: Asker;
  readonly #server: QuestionServer<Asker>;
  readonly #sender: QuestionSender;
  /** What this side asked. */
  readonly #waiting = new Map<number, Waiting>();
  /** What the peer asked and is not answered yet; bounded by the requests that it may have open. */
  #asked: QuestionFrame[] = [];
  #unsentBytes = 0;

  constructor(asker: Asker, server: QuestionServer<Asker>, sender: QuestionSender) {
    this.#asker = asker;
    this.#server = server;
    this.#sender = sender;
  }

  /** Asks and waits for the answer. Rejects with what the peer said, or with what ended the session. */
  ask<Type extends Question>(type: Type, payload: Payload<Type>): Promise<Payload<AnswerTo<Type>>> {
    return new Promise((resolve, reject) => {
      const id = this.#sender.nextId();
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as Payload<AnswerTo<Type>>), reject });
      try {
        this.#sender.send(type, id, payload);
      } catch (thrown) {
        this.#waiting.delete(id);
        reject(asHexdropError(thrown));
      }
    });
  }

  /** The peer answered. */
  answered(frame: AnswerFrame): void {
    this.#take(frame.header.id)?.resolve(kept(frame.payload));
  }

  /** The peer answered with ERROR; returns whether it was about a question. */
  refused(id: number, error: HexdropError): boolean {
    const waiting = this.#take(id);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  /** The peer asks. */
  asked(frame: QuestionFrame): void {
    this.#asked.push(frame);
    this.#answerSome();
  }

  /** The session is over: what is still waited for does not come. */
  lost(reason: HexdropError): void {
    this.#asked = [];
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of waiting) each.reject(reason);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #answerSome(): void {
    while (this.#unsentBytes < unsentBytes) {
      const next = this.#asked.shift();
      if (next === undefined) return;
      this.#answer(next);
    }
  }

  #answer({ type, header: { id }, payload }: QuestionFrame): void {
    const answer = answerTo(type);
    let frame: Uint8Array;
    try {
      const make = this.#server[lowerCase(type)] as (asker: Asker, request: unknown) => Payload<Answer>;
      frame = encodeFrame(answer, { id }, make.call(this.#server, this.#asker, payload));
    } catch (thrown) {
      return this.#write('ERROR', id, encodeFrame('ERROR', { id }, errorPayload(asHexdropError(thrown))));
    }
    this.#write(answer, id, frame);
  }

  #write(type: Answer | 'ERROR', id: number, frame: Uint8Array): void {
    this.#unsentBytes += frame.length;
    this.#sender.write(type, id, frame, () => {
      this.#unsentBytes -= frame.length;
      this.#answerSome();
    });
  }
}

const lowerCase = (type: Question): Lowercase<Question> => type.toLowerCase() as Lowercase<Question>;

/** Bytes in an answer lie in the delivery, which is valid during the call only. */
const kept = (payload: AnswerFrame['payload']): unknown =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? value.slice() : value,
    ]),
  );

const answerTo = (type: Question): Answer => answersTo(type)[0] as Answer;

const questionTypes = new Set<TypeName>(questions);
const answerTypes = new Set<TypeName>(questions.map(answerTo));

export const isQuestion = (frame: ControlFrame): frame is QuestionFrame => questionTypes.has(frame.type);
export const isAnswer = (frame: ControlFrame): frame is AnswerFrame => answerTypes.has(frame.type);
