/**
 * The process as the commands see it: streams, environment, signals, clock and engine come in from here, so that
 * every command runs in a test without a process. The real one is process-world.ts.
 */

import type { Discovery, Engine, EngineOptions } from '../engine/api.ts';
import type { DiscoveryOptions } from '../engine/discovery.ts';
import type { UiProgram } from '../host/ui-program.ts';

/** What is written to: standard output and standard error. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False when the stream would rather have us wait for `drain`. */
  write(content: string | Uint8Array, written?: (error?: Error | null) => void): boolean;
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
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
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
  /** Standard input as it comes, for a command that works on it instead of asking a person. Called once. */
  standardInputBytes(): AsyncIterable<Uint8Array>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly version: string;
  homeDirectory(): string;
  networkAddresses(): readonly NetworkAddress[];
  createEngine(options: EngineOptions): Promise<Engine>;
  startDiscovery(options: DiscoveryOptions): Promise<Discovery>;
  /** Whether the system's resolver knows a name; false once the signal aborts. */
  knowsHost(name: string, signal: AbortSignal): Promise<boolean>;
  /** The browser shell. Rejects when it was not built. */
  loadUi(): Promise<UiProgram>;
  /** What starts this program again. */
  readonly startCommand: readonly string[];
  /** Calls back for each signal that asks this process to end, until the returned function is called. */
  onSignal(listener: () => void): () => void;
  /** Ends the process on the spot. */
  exitNow(code: number): void;
}
