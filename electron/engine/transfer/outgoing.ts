/** Sending: a push to a receiver or an upload into a share, and the lane that its sink may dial. */

import { randomBytes } from 'node:crypto';

import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import type { Sendable, StreamedTree } from '../api.ts';
import type { TransferContext } from './context.ts';
import { isOneMachine } from '../net/connection-info.ts';
import { listen } from '../net/listener.ts';
import type { Listener } from '../net/listener.ts';
import { receiveFirstFrame } from '../session/reception.ts';
import type { Reach } from '../peers/reach.ts';
import type { Session } from '../session/session.ts';
import { runAttempts } from './attempts.ts';
import { isLaneWorth } from './lane-opening.ts';
import type { Outcome, TransferRecord } from './record.ts';
import { localTree } from './source/local-tree.ts';
import { rootsOf } from './source/roots.ts';
import { Source } from './source/source.ts';
import type { TreeMaker } from './source/source-tree.ts';
import { streamedTree } from './source/streamed-tree.ts';

export interface Push {
  readonly what: Sendable;
  readonly reach: Reach;
  readonly retryMs: number;
  /** A folder in a writable share; absent: where the receiver receives. */
  readonly target?: string;
  /** Opens what needs a PIN, before the offer. */
  prepare?(session: Session): Promise<void>;
}

/** 128 random bits as hex: nobody guesses the id of a transfer or the token of a lane. */
export const randomId = (): string => randomBytes(16).toString('hex');

export async function runPush(context: TransferContext, record: TransferRecord, push: Push): Promise<void> {
  let treeNow: () => TreeMaker;
  try {
    treeNow = push.what.tree === undefined ? localTreeOf(push.what.paths) : streamedTreeOf(push.what.tree);
  } catch (thrown) {
    push.what.tree?.close();
    // Nothing ends before whoever started it has its handle.
    await Promise.resolve();
    return record.finish({ kind: 'failed', error: asHexdropError(thrown) });
  }
  await runAttempts(context, record, push.reach, push.retryMs, async (session, ended) => {
    await push.prepare?.(session);
    await offer(context, record, session, treeNow(), push.target, ended);
  });
  push.what.tree?.close();
}

/** Looked at anew each time: a later attempt may meet other files than the first. */
function localTreeOf(paths: readonly string[]): () => TreeMaker {
  if (rootsOf(paths).length === 0) throw nothingToSend();
  return () => localTree(rootsOf(paths));
}

function streamedTreeOf(tree: StreamedTree): () => TreeMaker {
  if (tree.entries.length === 0) throw nothingToSend();
  const maker = streamedTree(tree);
  return () => maker;
}

const nothingToSend = (): HexdropError => new HexdropError('usage', 'There is nothing to send.');

async function offer(
  context: TransferContext,
  record: TransferRecord,
  session: Session,
  tree: TreeMaker,
  target: string | undefined,
  ended: (outcome: Outcome) => void,
): Promise<void> {
  let laneListener: LaneListener | undefined;
  const source = new Source({
    tree,
    reports: record.reportsTo((outcome) => {
      laneListener?.close();
      ended(outcome);
    }),
    uploads: context.uploads,
    isSinkHere: isOneMachine(session.connection),
    earlier: record.view(),
  });
  record.run(source);
  const bare = source.offer(record.id, target === undefined ? {} : { target: { path: target } });
  let payload = bare;
  if (session.can('lane') && isLaneWorth(bare.totals)) {
    const token = randomId();
    laneListener = await openLaneListener(context, session, token, source);
    if (session.isOver) laneListener?.close();
    if (laneListener !== undefined) payload = { ...bare, lane: { port: laneListener.port, token } };
  }
  session.openTransfer('OFFER', payload, (wire) => {
    source.attach(wire);
    return source;
  });
  source.start();
}

interface LaneListener {
  readonly port: number;
  close(): void;
}

/** Where the sink's lane will come in: the port of this engine if it listens, else one of its own for the time. */
async function openLaneListener(
  context: TransferContext,
  session: Session,
  token: string,
  source: Source,
): Promise<LaneListener | undefined> {
  const { secure, local } = session.connection;
  const forget = context.laneRegistry.expect(token, session.laneOwner, (lane) => source.laneJoined(lane));
  const own = context.listening();
  if (own !== undefined && (secure !== undefined || own.allowPlain)) return { port: own.port, close: forget };
  let listener: Listener;
  try {
    listener = await listen({
      host: local.address,
      port: 0,
      identity: context.identity,
      allowPlain: secure === undefined,
      tap: context.tap,
      keyLog: context.keyLog,
      onConnection: (connection, openForMs) =>
        receiveFirstFrame(connection, {
          laneRegistry: context.laneRegistry,
          handshakeMs: context.timings.handshakeMs - openForMs,
          session: () => {
            throw new HexdropError('not-receiving', 'This port takes the lane of one transfer only.');
          },
          rejected: () => {},
        }),
    });
  } catch {
    forget(); // Without a lane the bulk travels on the control connection.
    return undefined;
  }
  return {
    port: listener.port,
    close: () => {
      forget();
      void listener.close();
    },
  };
}
