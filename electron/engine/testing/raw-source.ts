/** A source without rules that talks to a real sink: offers, manifests and bulk as a test wants them. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { ConflictPolicy, EntryKind } from '../../../shared/model/transfer.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { headerBytes, limits } from '../../../shared/protocol/limits.ts';
import { ManifestPageWriter } from '../../../shared/protocol/manifest.ts';
import type { ManifestEntry } from '../../../shared/protocol/manifest.ts';
import { DownloadLimit } from '../transfer/pace/download-limit.ts';
import { SafeRoot } from '../../base/safe-path.ts';
import { Sink } from '../transfer/sink/sink.ts';
import type { End, RawPeer } from './session-pair.ts';
import { serverWith, withRawPeer } from './session-pair.ts';
import { Reported } from './reported.ts';
import { temporaryFolder } from '../../base/testing/trees.ts';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** The chain over chunks of a file. */
export const chainOver = (...chunks: readonly Uint8Array[]): Uint8Array =>
  chunks.reduce<Uint8Array>(
    (chain, chunk) => sha256(Buffer.concat([chain, sha256(chunk)])),
    new Uint8Array(32),
  );

export const file = (name: string, size: number, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  kind: 'file',
  executable: false,
  parent: -1,
  size,
  mtime: 1_600_000_000_000_000,
  version: '01'.repeat(16),
  name,
  ...more,
});

export const folder = (name: string, parent = -1): ManifestEntry => file(name, 0, { kind: 'folder', parent });

export interface RawSourceOptions {
  readonly onConflict?: ConflictPolicy;
  readonly wants?: (path: string, kind: EntryKind) => boolean;
  /** Nobody decides. */
  readonly isUndecided?: boolean;
  /** Where an earlier run was. */
  readonly place?: { readonly dir: string; readonly home: string };
}

export class RawSource {
  readonly dir: string;
  readonly home: string;
  readonly sink = new Reported();
  peer!: RawPeer;
  ours!: End;
  receiving!: Sink;
  readonly #pages = new ManifestPageWriter(1);

  private constructor({ dir, home }: { dir: string; home: string }) {
    this.dir = dir;
    this.home = home;
  }

  /** Offers, and waits until the sink has accepted. */
  static async offer(options: RawSourceOptions = {}): Promise<RawSource> {
    const all = temporaryFolder();
    const source = new RawSource(options.place ?? { dir: join(all, 'to'), home: join(all, 'home') });
    const server = serverWith({
      offered: (wire, offer) => {
        source.receiving = new Sink({
          wire,
          reports: source.sink,
          downloads: new DownloadLimit(),
          earlierBytes: 0,
          needsPreview: false,
          decide: (sink) => {
            if (options.isUndecided === true) return;
            const root = SafeRoot.open(source.dir);
            const { onConflict = 'rename', wants } = options;
            void sink.accept({ home: source.home, root, bootId: 'boot-1', onConflict, wants });
          },
          openLane: () => Promise.resolve(undefined),
        });
        source.receiving.offered(offer);
        return source.receiving;
      },
    });
    const { ours, peer } = await withRawPeer('listener', { server });
    Object.assign(source, { ours, peer });
    const totals = { files: 0, folders: 0, bytes: 0, complete: false };
    // More than an offer shows: so the manifest may bring any names at the top.
    const roots = Array.from({ length: limits.offerRoots }, (_, at) => ({
      name: `shown ${at}`,
      kind: 'file' as const,
      size: 0,
    }));
    peer.send('OFFER', 1, { transfer: 'ab'.repeat(16), roots, rootCount: 1_000_000, totals });
    if (options.isUndecided !== true) await peer.next('ACCEPT');
    return source;
  }

  /** The next page. */
  manifest(entries: readonly ManifestEntry[], isLast = true): this {
    for (const entry of entries) this.#pages.add(entry);
    this.peer.stream.write(this.#pages.finish(isLast));
    return this;
  }

  data(entry: number, content: Uint8Array, offset = 0, digest = sha256(content)): this {
    this.peer.stream.write(encodeFrame('DATA', { id: 1 }, { file: entry, offset, digest, content }));
    return this;
  }

  pack(...files: readonly (readonly [entry: number, content: Uint8Array, digest?: Uint8Array])[]): this {
    const entries = files.map(([entry, content, digest = sha256(content)]) => ({
      file: entry,
      digest,
      content,
    }));
    this.peer.stream.write(encodeFrame('PACK', { id: 1 }, { entries }));
    return this;
  }

  end(entry: number, size: number, digest: Uint8Array): this {
    this.peer.send('END', 1, { file: entry, size, digest });
    return this;
  }

  fault(entry: number): this {
    this.peer.send('FAULT', 1, { file: entry, code: 'read-failed', message: 'It cannot be read.' });
    return this;
  }

  finish(files = 0, bytes = 0): this {
    this.peer.send('FINISH', 1, { files, bytes, failed: 0, omitted: 0 });
    return this;
  }

  /** What the sink's side ended its session with; it must be told to the peer as well. */
  async refusal(): Promise<HexdropError | undefined> {
    const told = await this.peer.next('ERROR');
    const error = await this.ours.ended;
    if (error?.code !== told.code) throw new Error(`Told ${told.code}, ended with ${error?.code}.`);
    return error;
  }

  /** Everything that was sent so far has been heard. */
  async heard(): Promise<void> {
    this.peer.send('PING', 0, {});
    await this.peer.next('PONG');
  }
}

/** A MANIFEST frame with numbers of one's own. */
export function pageWith(page: number, first: number, entries: readonly ManifestEntry[]): Uint8Array {
  const writer = new ManifestPageWriter(1);
  for (const entry of entries) writer.add(entry);
  const frame = writer.finish(true);
  new DataView(frame.buffer).setUint32(headerBytes, page);
  new DataView(frame.buffer).setUint32(headerBytes + 4, first);
  return frame;
}
