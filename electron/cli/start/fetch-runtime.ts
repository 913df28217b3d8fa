/**
 * Fetches Electron's runtime with the installer of the `electron` package, so that its checksums, mirrors, proxies and
 * caches stay in force. What a broken-off try left is removed first; one process at a time works on it.
 */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { downloadFault } from './download-fault.ts';
import type { DownloadEnd } from './download-fault.ts';
import type { Observed } from './download-observer.ts';
import { withLock } from './lock.ts';

export interface RuntimeFetch {
  /** The folder of the package `electron`. */
  readonly package: string;
  readonly env: NodeJS.ProcessEnv;
  /** The bundle of download-observer.ts. */
  readonly observer: string;
  /** Whether another process has fetched it meanwhile. */
  readonly isThere: () => boolean;
  readonly onWait: () => void;
  /** About four times a second. `total` is not known before the server has told it. */
  readonly onProgress: (bytes: number, total: number | undefined) => void;
  /** Ends the download, or the waiting for that of another process. */
  readonly signal: AbortSignal;
  /** How long nothing may come before the server counts as silent. */
  readonly patienceMs: number;
}

export type RuntimeFetched =
  | { readonly kind: 'fetched' }
  /** `reason` is a clause: "the disk is full". */
  | { readonly kind: 'failed'; readonly reason: string };

const lookEveryMs = 250;

/** Settles when the runtime is in place or the reason why not is known. Does not reject. */
export async function fetchRuntime(options: RuntimeFetch): Promise<RuntimeFetched> {
  try {
    return await withLock(
      join(options.package, 'fetching.lock'),
      options.onWait,
      async () => (options.isThere() ? { kind: 'fetched' } : await install(options)),
      options.signal,
    );
  } catch (thrown) {
    const reason = options.signal.aborted ? 'it was interrupted' : downloadFault({ stderr: String(thrown) });
    return { kind: 'failed', reason };
  }
}

async function install(options: RuntimeFetch): Promise<RuntimeFetched> {
  // install.js writes path.txt last and goes by it: without it, files of an earlier try count for nothing.
  rmSync(join(options.package, 'path.txt'), { force: true });
  rmSync(join(options.package, 'dist'), { recursive: true, force: true });
  // The installer downloads into the folder for temporary files: with one of its own its progress can be seen, and
  // nothing is left behind when it is ended.
  const scratch = mkdtempSync(join(tmpdir(), 'hexdrop-electron-'));
  try {
    const end = await runInstaller(options, scratch);
    if (options.isThere()) return { kind: 'fetched' };
    return { kind: 'failed', reason: downloadFault(end) };
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runInstaller(options: RuntimeFetch, scratch: string): Promise<DownloadEnd> {
  const { env, observer, signal, patienceMs } = options;
  const child = spawn(
    process.execPath,
    ['--import', new URL(`file:${observer}`).href, join(options.package, 'install.js')],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...env, TMPDIR: scratch, TMP: scratch, TEMP: scratch, ELECTRON_GET_NO_PROGRESS: '1' },
    },
  );
  return new Promise((resolve) => {
    let stderr = '';
    let total: number | undefined;
    let requestFault: DownloadEnd['requestFault'];
    let silentSeconds: number | undefined;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('message', (observed: Observed) => {
      if (observed.kind === 'length') total = observed.bytes;
      else requestFault = { host: observed.host, code: observed.code };
    });
    const watch = watchMovement(scratch, join(options.package, 'dist'), patienceMs, {
      onBytes: (bytes) => options.onProgress(bytes, total),
      onSilence: () => {
        silentSeconds = Math.round(patienceMs / 1000);
        end(child);
      },
    });
    const stop = (): void => end(child);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.on('error', (error) => {
      stderr += error.message;
    });
    child.on('close', () => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      resolve({
        stderr,
        ...(requestFault === undefined ? {} : { requestFault }),
        ...(silentSeconds === undefined ? {} : { silentSeconds }),
      });
    });
  });
}

/** It holds no state that another way of ending it would save. */
const end = (child: ChildProcess): void => void child.kill('SIGKILL');

function watchMovement(
  download: string,
  unpacked: string,
  patienceMs: number,
  { onBytes, onSilence }: { readonly onBytes: (bytes: number) => void; readonly onSilence: () => void },
): NodeJS.Timeout {
  let seen = -1;
  let movedAt = performance.now();
  return setInterval(() => {
    const downloaded = bytesBelow(download);
    const all = downloaded + bytesBelow(unpacked);
    if (all !== seen) {
      seen = all;
      movedAt = performance.now();
      onBytes(downloaded);
    } else if (performance.now() - movedAt > patienceMs) onSilence();
  }, lookEveryMs);
}

/** The bytes of all files below a folder; files that come and go meanwhile do not matter. */
function bytesBelow(folder: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
      if (stats?.isFile() === true) bytes += stats.size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
