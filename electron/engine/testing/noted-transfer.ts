/** A transfer between a session of ours and a raw peer, whose port only writes down what it is told. */

import type { BulkType, Payload } from '../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import type { ErrorCode, HexdropError } from '../../../shared/errors/errors.ts';
import type { ControlFrame } from '../session/frame-stream.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import type { LinkOptions } from './memory-link.ts';
import { serverWith, withRawPeer } from './session-pair.ts';
import type { EndOptions, RawPeer } from './session-pair.ts';

type Told = readonly [what: string, code?: string, message?: string];

/** Writes down what its session tells it. */
export class Notebook implements TransferPort {
  readonly told: Told[] = [];
  wire!: TransferWire;
  onFrame: (frame: ControlFrame) => void = () => {};
  readonly over: Promise<void>;
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  frame(frame: ControlFrame): void {
    this.told.push([frame.type]);
    this.onFrame(frame);
  }

  bulk(type: BulkType): void {
    this.told.push([type]);
  }

  cancelled(code: ErrorCode, message: string): void {
    this.told.push(['cancelled', code, message]);
    this.#end();
  }

  lost(error: HexdropError): void {
    this.told.push(['lost', error.code, error.message]);
    this.#end();
  }
}

export const offer: Payload<'OFFER'> = {
  transfer: '0f'.repeat(16),
  roots: [{ name: 'a.txt', kind: 'file', size: 3 }],
  rootCount: 1,
  totals: { files: 1, folders: 0, bytes: 3, complete: true },
};
export const digest = new Uint8Array(32);
export const data = (id: number, channel = 0): Uint8Array =>
  encodeFrame('DATA', { id, channel }, { file: 0, offset: 0, digest, content: Uint8Array.of(1, 2, 3) });
export const finish: Payload<'FINISH'> = { files: 1, bytes: 3, failed: 0, omitted: 0 };
export const done: Payload<'DONE'> = { files: 1, bytes: 3, skipped: 0, failed: 0, resumedBytes: 0 };
export const cancel: Payload<'CANCEL'> = { code: 'cancelled', message: 'Enough.' };

/** Our side takes the offer of a raw peer and keeps notes. */
export const offered = async (
  options: EndOptions & LinkOptions = {},
): Promise<Awaited<ReturnType<typeof withRawPeer>> & { notes: Notebook }> => {
  const notes = new Notebook();
  const server = serverWith({
    offered: (wire) => {
      notes.wire = wire;
      return notes;
    },
  });
  const raw = await withRawPeer('listener', { server, ...options });
  raw.peer.send('OFFER', 1, offer);
  raw.peer.send('PING', 0, {});
  await raw.peer.next('PONG');
  return { ...raw, notes };
};

/** Our side offers to a raw peer. */
export const offering = async (): Promise<Awaited<ReturnType<typeof withRawPeer>> & { notes: Notebook }> => {
  const notes = new Notebook();
  const raw = await withRawPeer('dialer');
  raw.ours.session.openTransfer('OFFER', offer, (wire) => {
    notes.wire = wire;
    return notes;
  });
  await raw.peer.next('OFFER');
  return { ...raw, notes };
};

export const afterPong = async (peer: RawPeer): Promise<void> => {
  peer.send('PING', 0, {});
  await peer.next('PONG');
};
