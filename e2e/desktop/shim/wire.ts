/** Calls between two processes, over the channel that Node gives to a child that asks for it. */

import type { ChildProcess } from 'node:child_process';

/** `process` in the child, the ChildProcess in its parent. */
type Channel = NodeJS.Process | ChildProcess;

// eslint-disable-next-line typescript/no-explicit-any -- every method has arguments of its own
type Method = (...args: any[]) => unknown;

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string };

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class Wire {
  readonly #channel: Channel;
  readonly #methods: Readonly<Record<string, Method>>;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #end: Error | undefined;

  /** @param methods what the other side may call; they begin in the order in which they are called */
  constructor(channel: Channel, methods: Readonly<Record<string, Method>>) {
    this.#channel = channel;
    this.#methods = methods;
    const listener = (message: unknown): void => void this.#take(message as Message);
    (channel as ChildProcess).on('message', listener);
  }

  /** Settles with what the other side's method answers, and rejects when it throws or the wire ends. */
  call<Value>(name: string, ...args: readonly unknown[]): Promise<Value> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#pending.set(id, { resolve, reject });
      this.#send({ kind: 'call', id, name, args });
    });
  }

  /** A call whose answer nobody needs, to a side that may be gone. */
  tell(name: string, ...args: readonly unknown[]): void {
    this.call(name, ...args).catch(() => undefined);
  }

  /** Resolves when all that was said so far has left this process. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      const nothing: Message = { kind: 'value', id: 0, value: undefined };
      // Somebody may run the shim without anybody on the other side.
      if (this.#channel.send === undefined) resolve();
      else this.#channel.send(nothing, undefined, undefined, () => resolve());
    });
  }

  /** The other side is gone: nothing will be answered any more. */
  end(reason: Error): void {
    this.#end = reason;
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #send(message: Message): void {
    this.#channel.send?.(message, undefined, undefined, (error) => {
      if (error !== null) this.end(error);
    });
  }

  async #take(message: Message): Promise<void> {
    if (message.kind !== 'call') {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.kind === 'value') pending?.resolve(message.value as never);
      else pending?.reject(new Error(message.message));
      return;
    }
    const { id, name, args } = message;
    try {
      const method = this.#methods[name];
      if (method === undefined) throw new Error(`The other side has no method ${name}.`);
      this.#send({ kind: 'value', id, value: await method(...args) });
    } catch (thrown) {
      this.#send({ kind: 'fault', id, message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
}
