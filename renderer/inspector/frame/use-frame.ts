/** The chosen frame: its bytes as they come, and its field tree. */

import { useEffect, useMemo, useReducer } from 'react';

import { dissect, type DissectNode } from '../../../shared/protocol/dissect.ts';
import { FrameBytes, pageBytes } from '../data/frame-bytes.ts';
import { useLanguage } from '../../i18n/language.ts';
import { useInspected, useInspector } from '../model.ts';
import { phrasesOf } from '../phrases.ts';

export interface ShownFrame {
  readonly frame: FrameBytes | undefined;
  /** The fields of a frame, once its bytes have come. */
  readonly tree: DissectNode | undefined;
}

export const useFrame = (): ShownFrame => {
  const inspector = useInspector();
  const language = useLanguage();
  const selected = useInspected((state) => state.selected);
  const source = useInspected((state) => state.source);
  const [version, changed] = useReducer((before: number) => before + 1, 0);
  const frame = useMemo(() => {
    const record = selected === undefined ? undefined : inspector.feed.rows.find(selected);
    return record === undefined ? undefined : new FrameBytes(inspector.client, source, record);
  }, [inspector, selected, source]);
  useEffect(() => {
    const stop = frame?.onChange(changed);
    frame?.want(0, Math.min(frame.kept, pageBytes));
    return stop;
  }, [frame]);
  const tree = useMemo(() => {
    if (frame === undefined || frame.record.kind !== 'frame' || !frame.isReady) return undefined;
    return dissect(frame.head(), frame.gaps, phrasesOf[language]);
    // `version` rises when bytes have come.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [frame, language, version]);
  return useMemo(() => ({ frame, tree }), [frame, tree]);
};
