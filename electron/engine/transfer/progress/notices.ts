/**
 * What the sides of a transfer tell each other for people, entry by entry (docs/PROTOCOL.md, "Notices"): what the
 * manifest cannot tell, what was left out, and how a file that arrives differs from what was told. Bounded both ways.
 */

import { noticeCodes, omittedReasons } from '../../../../shared/model/transfer.ts';
import type { FileNotice, NoticeCode, OmittedReason } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { codeFromWire } from '../../../../shared/errors/errors.ts';
import type { HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { clip } from '../../../../shared/base/text.ts';
import { refusalPayload } from '../../../../shared/protocol/wire-errors.ts';
import type { TransferReports } from './reports.ts';

type Notice = Payload<'NOTICE'>;

const omissionMessages: Readonly<Record<OmittedReason, string>> = {
  symlink: 'It is a symbolic link.',
  special: 'It is neither a file nor a folder.',
  reserved: 'Its name is reserved for unfinished files.',
  target: 'It is what this transfer writes.',
};

export class Notices {
  readonly #send: (notice: Notice) => void;
  /** Until they can be told: from ACCEPT on. */
  #waiting: Notice[] | undefined = [];
  #told = 0;
  #heard = 0;

  constructor(send: (notice: Notice) => void) {
    this.#send = send;
  }

  /** Something is not in the manifest, because it cannot be told there. */
  failed(path: string, error: HexdropError): void {
    this.#tell({ kind: 'failed', path, ...refusalPayload(error) });
  }

  omitted(path: string, reason: OmittedReason): void {
    this.#tell({ kind: 'omitted', path, code: reason, message: omissionMessages[reason] });
  }

  note({ path, code, message }: Omit<FileNotice, 'side'>): void {
    this.#tell({ kind: 'note', path, code, message });
  }

  /** From now on they can be told. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const notice of waiting) this.#send(notice);
  }

  /**
   * One of the other side's. Kinds and codes that are not known here, and more than there may be, are passed over.
   * @returns its kind, if it was reported
   */
  heard(
    { kind, path, code, message }: Notice,
    reports: TransferReports,
  ): 'failed' | 'omitted' | 'note' | undefined {
    this.#heard += 1;
    if (this.#heard > limits.notices) return undefined;
    switch (kind) {
      case 'failed':
        reports.fault(path, codeFromWire(code), message, 'there');
        return kind;
      case 'omitted':
        reports.omitted(path, isOmittedReason(code) ? code : 'special');
        return kind;
      case 'note':
        if (!isNoticeCode(code)) return undefined;
        reports.noticed({ path, code, message, side: 'there' });
        return kind;
      default:
        return undefined;
    }
  }

  #tell(notice: Notice): void {
    // What is more is counted in FINISH.
    if (this.#told >= limits.notices) return;
    this.#told += 1;
    const { path, message } = notice;
    const cut = { ...notice, path: shortened(path), message: clip(message, limits.messageCharacters) };
    if (this.#waiting === undefined) this.#send(cut);
    else this.#waiting.push(cut);
  }
}

const isOmittedReason = (code: string): code is OmittedReason =>
  (omittedReasons as readonly string[]).includes(code);

const isNoticeCode = (code: string): code is NoticeCode => (noticeCodes as readonly string[]).includes(code);

/** A path says most by its end. */
function shortened(path: string): string {
  const characters = Array.from(path.toWellFormed());
  return characters.length <= limits.pathCharacters
    ? characters.join('')
    : `…${characters.slice(1 - limits.pathCharacters).join('')}`;
}
