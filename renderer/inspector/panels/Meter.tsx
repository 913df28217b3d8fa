/** Always in sight: captured, shown, dropped, rates. */

import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { useFeed } from '../model.ts';
import { inspectorText } from '../text.ts';
import { fileNoteIn } from '../file-notes.ts';

export const Meter = () => {
  const text = useText(inspectorText);
  const format = useFormat();
  const language = useLanguage();
  const feed = useFeed();
  const { status } = feed;
  if (status === undefined) return null;
  const { rates } = status;
  const isLive = status.file === undefined;
  const notes = (status.file?.notes ?? [])
    .map((note) => fileNoteIn(language, note, format.number))
    .join(' · ');
  const figures: readonly (readonly [string, number, boolean])[] = [
    [text.counts.captured, status.captured, true],
    [text.counts.shown, feed.shown, true],
    [text.counts.dropped, status.dropped, true],
    [text.counts.missed, status.missed, status.missed > 0],
  ];
  return (
    <div className="inspector-meter">
      {figures
        .filter(([, , isShown]) => isShown)
        .map(([label, value]) => (
          <span key={label} className="inspector-figure">
            <b className="data">{format.number(value)}</b> {label}
          </span>
        ))}
      {feed.isJudged ? null : <span className="faint">{text.counts.judging}</span>}
      {isLive ? (
        <span className="inspector-rates data">
          <span className="ink-sent">↑ {format.speed(rates.outBytesPerSecond)}</span>
          <span className="ink-received">↓ {format.speed(rates.inBytesPerSecond)}</span>
          <span>{text.counts.rate(format.number(Math.round(rates.framesPerSecond)))}</span>
        </span>
      ) : (
        <span className="inspector-rates faint clip" title={notes}>
          {status.state === 'loading'
            ? text.reading(format.percent(status.file.readBytes / Math.max(1, status.file.bytes)))
            : notes}
        </span>
      )}
    </div>
  );
};
