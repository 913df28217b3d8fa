// What shared/ may use beyond ES2023: the few globals that Node 20+, Electron and browsers have in common.
// It is type-checked without Node's and the DOM's libraries, so anything else is an error there. Add a line only
// for a global that all three provide with the same meaning. Not seen by electron/ and e2e/, which have the real
// declarations.

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(
    label?: 'utf-8' | 'utf-16le',
    options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
  );
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { readonly stream?: boolean }): string;
}

declare function setTimeout(work: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function queueMicrotask(work: () => void): void;
declare function structuredClone<T>(value: T): T;

interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Here it is only handed on (shared/ipc/preload.ts). */
interface File {
  readonly name: string;
  readonly size: number;
}
