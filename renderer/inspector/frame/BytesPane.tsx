/** The dump of the chosen frame, linked with its fields. */

import { useEffect, useMemo, useRef } from 'react';

import type { DissectNode } from '../../../shared/protocol/dissect.ts';
import { useFormat, useText } from '../../i18n/language.ts';
import type { FrameBytes } from '../data/frame-bytes.ts';
import { useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { HexGrid } from './hex-grid.ts';
import { coloursOf, fieldAt } from './tree.ts';

export interface BytesPaneProps {
  readonly frame: FrameBytes;
  readonly tree: DissectNode | undefined;
}

export const BytesPane = ({ frame, tree }: BytesPaneProps) => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const cursor = useInspected((state) => state.cursor);
  const hover = useInspected((state) => state.hover);
  const root = useRef<HTMLDivElement>(null);
  const grid = useRef<HexGrid>(null);
  const treeNow = useRef(tree);
  treeNow.current = tree;
  const colours = useMemo(() => (tree === undefined ? [] : coloursOf(tree)), [tree]);

  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const made = new HexGrid({
      root: element,
      label: text.bytes,
      missing: (bytes, why) => text.notKept[why ?? 'policy'](format.bytes(bytes)),
      onHover: (offset) => {
        const before = inspector.state.hover;
        if (offset === undefined) {
          if (before !== undefined) inspector.set({ hover: undefined });
          return;
        }
        const field = treeNow.current === undefined ? undefined : fieldAt(treeNow.current, offset).node;
        const range =
          field === undefined
            ? { from: offset, to: offset + 1 }
            : { from: field.offset, to: field.offset + field.length };
        if (before?.from !== range.from || before.to !== range.to) inspector.set({ hover: range });
      },
      onChoose: (offset, isExtending) => {
        const before = inspector.state.cursor;
        inspector.set({
          cursor:
            isExtending && before !== undefined
              ? { from: Math.min(before.from, offset), to: Math.max(before.to, offset + 1) }
              : { from: offset, to: offset + 1 },
        });
      },
    });
    grid.current = made;
    return () => {
      made.dispose();
      grid.current = null;
    };
  }, [inspector, text, format]);

  useEffect(() => grid.current?.show(frame, colours), [frame, colours, text, format]);
  useEffect(() => {
    if (grid.current !== null) grid.current.cursor = cursor;
  }, [cursor, frame]);
  useEffect(() => {
    if (grid.current !== null) grid.current.hover = hover;
  }, [hover]);

  return (
    <div className="inspector-bytes">
      {frame.record.isBlanked ? <p className="inspector-blanked ink-warn">{text.blanked}</p> : null}
      <div ref={root} className="inspector-hex data" aria-label={text.bytes} />
    </div>
  );
};
