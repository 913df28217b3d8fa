/** Expert notes: what is conspicuous, worst marked, each a way to its row. */

import { CircleAlert, Info, TriangleAlert } from 'lucide-react';

import { VirtualList } from '../../components/VirtualList.tsx';
import { useText } from '../../i18n/language.ts';
import { type Severity, severityOf } from '../data/notes.ts';
import { peerWord } from '../list/row-words.ts';
import { seconds, span } from '../list/words.ts';
import { useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';

const icons = { error: CircleAlert, warn: TriangleAlert, note: Info } as const satisfies Record<
  Severity,
  unknown
>;

export const NotesPanel = () => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const feed = useFeed();
  const selected = useInspected((state) => state.selected);
  const { list } = feed.notes;
  if (list.length === 0) return <p className="inspector-none faint">{text.notes.none}</p>;
  return (
    <VirtualList
      className="inspector-notes"
      label={text.tabs.notes}
      count={list.length}
      rowHeight={26}
      keyOf={(index) => `${list[index]?.record}-${list[index]?.kind}`}
      row={(index) => {
        const note = list[index];
        if (note === undefined) return null;
        const severity = severityOf[note.kind];
        const Icon = icons[severity];
        return (
          <button
            type="button"
            className="inspector-note"
            data-severity={severity}
            data-chosen={note.record === selected || undefined}
            onClick={() => inspector.choose(note.record)}
          >
            <Icon size={14} strokeWidth={2} aria-hidden />
            <span className="inspector-note-severity">{text.notes.severities[severity]}</span>
            <span className="data faint">{note.record}</span>
            <span className="data faint">{seconds(note.timeMs)}</span>
            <span className="clip">
              {text.notes.kinds[note.kind]}
              {note.tookMs === undefined ? '' : ` (${span(note.tookMs)})`}
            </span>
            <span className="faint clip">{peerWord(feed.connections.get(note.connection))}</span>
          </button>
        );
      }}
    />
  );
};
