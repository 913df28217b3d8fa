/** Runs an experiment of the framing lab on the engine's sockets whenever it changes, and decodes what was read. */

import { useEffect, useMemo, useState } from 'react';

import { type Decoded, decode } from '../../../shared/lab/framing/decode.ts';
import type { LoopbackRun } from '../../../shared/model/lab.ts';
import { classOf, type Share, sharesOf, type Span } from '../../inspector/data/chunk-map.ts';
import type { ChunkClass } from '../../../shared/model/capture.ts';
import { codeOf } from '../../i18n/errors.ts';
import { useClient } from '../../store/engine.ts';
import { type Experiment, experimentOf, type LabSettings, lengthsOf } from './settings.ts';

export interface Picture {
  readonly experiment: Experiment;
  readonly run: LoopbackRun;
  readonly readEnds: readonly number[];
  readonly decoded: Decoded;
  /** What reads and sent messages have in common; `chunk` is the read, `frame` the message in the order of the stream. */
  readonly shares: readonly Share[];
  /** The class of each message, in the order of the stream. */
  readonly classes: readonly ChunkClass[];
  readonly isOffPlan: boolean;
}

export interface Running {
  readonly picture: Picture | undefined;
  readonly isRunning: boolean;
  readonly fault: string | undefined;
  readonly obstacle: Experiment['obstacle'];
  readonly again: () => void;
}

/** Until a person has stopped typing. */
const settleMs = 150;

export function useRun(settings: LabSettings): Running {
  const client = useClient();
  const [turn, setTurn] = useState(0);
  const [picture, setPicture] = useState<Picture>();
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState<string>();
  const experiment = useMemo(() => experimentOf(settings), [settings]);
  useEffect(() => {
    if (experiment.obstacle !== undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setRunning(true);
      const { plan, stream } = experiment;
      const isFree = settings.conditions.splitter === 'system';
      client
        .call(
          'lab.loopback',
          {
            writes: lengthsOf(isFree ? plan.writeEnds : plan.segmentEnds),
            ...(isFree ? {} : { reads: lengthsOf(plan.readEnds) }),
            nagle: settings.conditions.nagle,
            pauseMs: isFree && settings.strategy === 'pause' ? settings.pauseMs : 0,
            readDelayMs: isFree ? settings.readDelayMs : 0,
          },
          { bytes: stream.bytes, signal: abort.signal },
        )
        .then(
          (run) => {
            setPicture(pictureOf(experiment, run));
            setFault(undefined);
            setRunning(false);
          },
          (thrown: unknown) => {
            if (abort.signal.aborted) return;
            setFault(codeOf(thrown));
            setRunning(false);
          },
        );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
      setRunning(false);
    };
  }, [client, experiment, settings, turn]);
  return {
    picture,
    isRunning,
    fault,
    obstacle: experiment.obstacle,
    again: () => setTurn((before) => before + 1),
  };
}

export const spansOf = (ends: readonly number[]): readonly Span[] =>
  ends.map((end, index) => ({ start: ends[index - 1] ?? 0, end }));

function pictureOf(experiment: Experiment, run: LoopbackRun): Picture {
  const { stream, strategy, plan } = experiment;
  let at = 0;
  const readEnds = run.reads.map(({ bytes }) => (at += bytes));
  const shares = sharesOf(spansOf(readEnds), stream.frames);
  return {
    experiment,
    run,
    readEnds,
    decoded: decode(strategy, stream.bytes, readEnds),
    shares,
    classes: stream.frames.map((_frame, index) => classOf(index, shares)),
    isOffPlan:
      plan.readEnds.length > 0 &&
      (plan.readEnds.length !== readEnds.length ||
        plan.readEnds.some((end, index) => end !== readEnds[index])),
  };
}
