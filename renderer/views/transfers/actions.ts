/** What can be done with a transfer, and doing it. */

import { useCallback } from 'react';

import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { useAct } from '../../shell/act.ts';
import { useSnapshot } from '../../store/engine.ts';
import { isOver } from '../../../shared/model/transfer-progress.ts';

export interface TransferActions {
  readonly canPause: boolean;
  readonly canResume: boolean;
  readonly canCancel: boolean;
  readonly canRetry: boolean;
  readonly canReveal: boolean;
  readonly canRemove: boolean;
}

const pausable = new Set<TransferCard['state']>(['running', 'waiting', 'retrying', 'connecting']);

export const actionsOf = (card: TransferCard, shellReveals: boolean): TransferActions => ({
  canPause: pausable.has(card.state) || (card.state === 'paused' && card.pausedBy === 'there'),
  canResume: card.state === 'paused' && card.pausedBy !== 'there',
  canCancel: !isOver(card),
  canRetry: card.canRetry,
  canReveal: card.canReveal && shellReveals,
  canRemove: isOver(card),
});

type TransferVerb = 'pause' | 'resume' | 'cancel' | 'retry' | 'remove' | 'reveal' | 'openFolder';

export interface TransferCommands {
  readonly reveals: boolean;
  /** `forget` is called with the id of one that left the list. */
  readonly run: (verb: TransferVerb, id: string) => Promise<void>;
}

export const useTransferCommands = (forget: (id?: string) => void): TransferCommands => {
  const act = useAct();
  const reveals = useSnapshot((snapshot) => snapshot.shell.reveal);
  const run = useCallback(
    async (verb: TransferVerb, id: string) => {
      const answer = await act(`transfers.${verb}`, { id });
      if (answer !== undefined && (verb === 'remove' || verb === 'retry')) forget(id);
    },
    [act, forget],
  );
  return { reveals, run };
};
