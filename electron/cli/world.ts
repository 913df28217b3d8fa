/**
 * The process as the commands see it: streams, environment, signals, clock and engine come in from here, so that
 * every command runs in a test without a process. The real one is process-world.ts.
 */

import type { Engine, EngineOptions } from '../engine/api.ts';

/** What is written to: standard output and standard error. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False when the stream would rather have us wait for `drain`. */
  write(text: string, written?: (error?: Error | null) => void): boolean;
  once(event: 'drain', listener: () => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** What is read from: standard input as a terminal. */
export interface TextSource {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface NetworkAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
}

export interface World {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly stdin: TextSource;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly version: string;
  homeDirectory(): string;
  networkAddresses(): readonly NetworkAddress[];
  createEngine(options: EngineOptions): Promise<Engine>;
  /** Calls back for each SIGINT, SIGTERM and SIGHUP until the returned function is called. */
  onSignal(listener: () => void): () => void;
  /** Ends the process on the spot. */
  exitNow(code: number): void;
}
