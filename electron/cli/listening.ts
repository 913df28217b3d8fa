/** What a listener says when it starts, and about those who come. */

import { displayName } from '../../shared/model/display-name.ts';
import type { Endpoint, PeerView } from '../../shared/model/peer.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';
import type { TransferResult, TransferView } from '../../shared/model/transfer.ts';
import type { Engine } from '../engine/api.ts';
import { shortDeviceId } from '../../shared/model/device-id.ts';
import { reachableHosts, typedAddress } from './addresses.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, exitCodeOfResult, exitCodes } from './exit-codes.ts';
import type { Output } from './terminal/output.ts';
import { errorOfView, peerInWords } from './transfer-report.ts';
import type { TransferReport } from './transfer-report.ts';

/** The first line of every listener; `command` is what others type, with the address in place of ADDRESS. */
export const announceListening = (
  context: CommandContext,
  engine: Engine,
  listening: Endpoint,
  command: string,
): void => {
  const { output, world } = context;
  const { host, port } = listening;
  const { hosts, needZone } = reachableHosts(host, world.networkAddresses());
  const [first, ...others] = hosts.map((address) => typedAddress(address, port));
  output.event({ event: 'listening', host, port, deviceId: engine.deviceId });
  const name = `"${displayName(engine.alias)}" (${shortDeviceId(engine.deviceId)})`;
  output.result(`Listening on port ${port} as ${name}. Ctrl-C stops.`);
  if (first === undefined) {
    output.result('This machine has no address in a network now: only programs on it get here.');
    return;
  }
  output.result(`On the other machine: ${command.replace('ADDRESS', first)}`);
  if (needZone) output.result('INTERFACE is the name of its own interface to this network, such as eth0.');
  if (others.length > 0) output.result(`Other addresses of this machine: ${others.join(', ')}`);
};

/** Strangers must not be able to fill the screen or the log. */
const rejectionsShown = 20;
const rejectionWindowMs = 60_000;

class RejectionNotes {
  readonly #output: Output;
  readonly #now: () => number;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;

  constructor(output: Output, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
  }

  add(address: string, error: HexdropError): void {
    if (this.#now() - this.#windowStartMs >= rejectionWindowMs) {
      this.#windowStartMs = this.#now();
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow > rejectionsShown) return;
    const last = this.#inWindow === rejectionsShown ? ' More of them are not shown for a minute.' : '';
    this.#output.event({ event: 'rejected', address, code: error.code, message: error.message });
    this.#output.note(
      `Refused a connection from ${displayName(address)}: ${displayName(error.message)}${last}`,
    );
  }
}

export interface ServedTransferHooks {
  /** An offer that nobody decided on is off; true when somebody was being asked about it, and is told. */
  withdrawn?(transferId: string): boolean;
  /** The connection broke; the other side may come back and go on. */
  lost?(transferId: string): void;
  /** With the exit code that a command of this one transfer would have. */
  ended?(transferId: string, exitCode: number): void;
}

/** Line by line, so that no text can look like a line of ours. */
const tellText = (output: Output, peer: PeerView, text: string): void => {
  output.event({ event: 'text', peer, text });
  output.result(`Text from ${peerInWords(peer)}:`);
  for (const line of text.split(/\r\n|\r|\n/u)) output.result(`> ${displayName(line)}`);
};

/** What others started: tells how their transfers end, and the texts that they send. */
export const hearServedTransfers = (
  engine: Engine,
  report: TransferReport,
  output: Output,
  hooks: ServedTransferHooks = {},
): (() => void) => {
  const rejections = new RejectionNotes(output);
  const finished = (transfer: TransferView, result: TransferResult | undefined): number => {
    if (transfer.state === 'declined') {
      // By us, and told when it was.
      output.event({ event: 'declined', transfer: transfer.id });
      return exitCodes.declined;
    }
    if (result !== undefined) {
      report.finished(transfer, result);
      return exitCodeOfResult(result);
    }
    const error = errorOfView(transfer);
    if (hooks.withdrawn?.(transfer.id) === true) output.errorEvent(error, { transfer: transfer.id });
    else report.failed(transfer, error);
    return exitCodeOf(error.code);
  };
  return engine.onEvent((event) => {
    if (event.kind === 'rejected') rejections.add(event.address, event.error);
    if (event.kind === 'retrying') hooks.lost?.(event.transferId);
    if (event.kind === 'text') tellText(output, event.peer, event.text);
    if (event.kind !== 'finished') return;
    const exitCode = finished(event.transfer, event.result);
    hooks.ended?.(event.transfer.id, exitCode);
  });
};
