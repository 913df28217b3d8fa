/**
 * Chunks against frames: over one byte axis what the socket delivered above, the frames that it held below, ribbons
 * between in the colour of how each frame lay. The table says the same in numbers.
 */

import { useMemo, useState } from 'react';

import type { ChunkClass } from '../../../shared/model/capture.ts';
import { typeLabel } from '../../../shared/protocol/catalog.ts';
import { Select } from '../../components/Field.tsx';
import { useFormat, useText } from '../../i18n/language.ts';
import { type AxisScale, axisOf, placeOn, sharesOf, spanOfChunk, spanOfFrame } from '../data/chunk-map.ts';
import { seconds } from '../list/words.ts';
import { useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { useChunks } from './use-chunks.ts';

const classes: readonly ChunkClass[] = ['exact', 'sticky', 'half', 'both'];

/** The width of the drawing, which is stretched to that of the pane. */
const width = 1_000;
const top = 22;
const bar = 24;
const ribbon = 56;
const height = top + bar + ribbon + bar + 22;

export const ChunkPanel = () => {
  const text = useText(inspectorText);
  useFeed();
  const picture = useChunks();
  const selected = useInspected((state) => state.selected);
  return (
    <div className="inspector-chunks">
      <p className="inspector-what quiet">{text.chunks.what}</p>
      {picture === undefined ? (
        <p className="faint">{selected === undefined ? text.chunks.choose : text.empty.choose}</p>
      ) : picture.chunks.length === 0 ? (
        <p className="faint">{text.chunks.none}</p>
      ) : (
        <Diagram key={picture.record.number} picture={picture} />
      )}
    </div>
  );
};

const Diagram = ({ picture }: { readonly picture: NonNullable<ReturnType<typeof useChunks>> }) => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const [scale, setScale] = useState<AxisScale>('even');
  /** Number of a chunk that was chosen instead of the frame. */
  const [chunkNumber, setChunk] = useState<number>();
  const { chunks, frames, record } = picture;
  const chunkSpans = useMemo(() => chunks.map(spanOfChunk), [chunks]);
  // Frames at the edges reach beyond the chunks that are shown.
  const frameSpans = useMemo(() => {
    const [from, to] = [chunkSpans[0]?.start ?? 0, chunkSpans.at(-1)?.end ?? 0];
    return frames.map(spanOfFrame).map(({ start, end }) => ({
      start: Math.min(Math.max(start, from), to),
      end: Math.max(from, Math.min(end, to)),
    }));
  }, [frames, chunkSpans]);
  const shares = useMemo(() => sharesOf(chunkSpans, frameSpans), [chunkSpans, frameSpans]);
  const axis = useMemo(() => axisOf([...chunkSpans, ...frameSpans], scale), [chunkSpans, frameSpans, scale]);
  const x = (offset: number): number => placeOn(axis, offset) * width;
  const frameIndex = frames.findIndex(({ number }) => number === record.number);
  const chunkIndex = chunks.findIndex(({ number }) => number === chunkNumber);
  const chosen = shares.filter((share) =>
    chunkIndex >= 0 ? share.chunk === chunkIndex : share.frame === frameIndex,
  );
  const isLoaded = inspector.state.source !== 'live';
  const above = isLoaded
    ? text.chunks.segments
    : record.direction === 'in'
      ? text.chunks.chunksIn
      : text.chunks.chunksOut;
  return (
    <>
      <div className="inspector-chunks-head">
        <span className="inspector-legend" aria-label={text.chunks.legend}>
          {classes.map((name) => (
            <span key={name} data-chunk={name} data-tip={text.chunkMeanings[name]}>
              {text.chunkNames[name]}
            </span>
          ))}
        </span>
        <span className="line line-end">
          <Select
            label={text.chunks.scale}
            hideLabel
            value={scale}
            options={[
              { value: 'even', label: text.chunks.even },
              { value: 'true', label: text.chunks.true },
            ]}
            onChange={setScale}
          />
        </span>
      </div>
      <svg
        className="inspector-diagram"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={text.chunks.diagram}
      >
        {shares.map((share) => {
          const frame = frames[share.frame];
          const [from, to] = [x(share.start), x(share.end)];
          const isChosen = chosen.includes(share);
          return (
            <polygon
              key={`${share.chunk}-${share.frame}`}
              className="inspector-ribbon"
              data-chunk={frame?.kind === 'frame' ? frame.chunkClass : 'none'}
              data-chosen={isChosen || undefined}
              points={`${from},${top + bar} ${to},${top + bar} ${to},${top + bar + ribbon} ${from},${top + bar + ribbon}`}
            />
          );
        })}
        {chunks.map((chunk, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
          <g key={chunk.number} onClick={() => setChunk(chunk.number)}>
            <rect
              className="inspector-chunk-bar"
              data-chosen={index === chunkIndex || undefined}
              x={x(chunk.offset)}
              width={Math.max(1, x(chunk.offset + chunk.length) - x(chunk.offset))}
              y={top}
              height={bar}
            />
            <title>{`${chunk.number}: ${format.bytes(chunk.length)}, ${seconds(chunk.timeMs)} s`}</title>
          </g>
        ))}
        {frames.map((frame, index) => {
          const span = frameSpans[index] ?? { start: 0, end: 0 };
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
            <g
              key={frame.number}
              onClick={() => {
                setChunk(undefined);
                inspector.choose(frame.number);
              }}
            >
              <rect
                className="inspector-frame-bar"
                data-chunk={frame.kind === 'frame' ? frame.chunkClass : 'none'}
                data-chosen={(chunkIndex < 0 && index === frameIndex) || undefined}
                x={x(span.start)}
                width={Math.max(1, x(span.end) - x(span.start))}
                y={top + bar + ribbon}
                height={bar}
              />
              <title>{`${frame.number}: ${frame.kind === 'frame' ? typeLabel(frame.type) : frame.kind}`}</title>
            </g>
          );
        })}
      </svg>
      <Labels
        chunks={chunks.map(({ number, offset, length }) => ({
          text: String(number),
          from: x(offset),
          to: x(offset + length),
        }))}
        where="above"
        title={above}
      />
      <Labels
        chunks={frames.map((frame, index) => ({
          text:
            frame.kind === 'frame'
              ? `${frame.number} ${typeLabel(frame.type)}`
              : text.kinds[frame.kind === 'gap' ? 'gap' : 'loose'],
          from: x(frameSpans[index]?.start ?? 0),
          to: x(frameSpans[index]?.end ?? 0),
        }))}
        where="below"
        title={`${text.chunks.frames} · ${text.chunks.inChunk} ${format.number(chunkSpans[0]?.start ?? 0)}–${format.number((chunkSpans.at(-1)?.end ?? 1) - 1)}`}
      />
      <h2 className="inspector-subtitle">
        {chunkIndex >= 0
          ? text.chunks.chunkHeld(chunkNumber ?? 0, chosen.length)
          : text.chunks.frameIn(record.number, chosen.length)}
        {chunkIndex < 0 && record.kind === 'frame' ? `: ${text.chunkMeanings[record.chunkClass]}` : ''}
      </h2>
      <table className="inspector-shares data">
        <thead>
          <tr>
            <th scope="col">{text.chunks.chunk}</th>
            <th scope="col">{text.chunks.at}</th>
            <th scope="col">{text.chunks.frame}</th>
            <th scope="col">{text.chunks.inChunk}</th>
            <th scope="col">{text.chunks.bytes}</th>
          </tr>
        </thead>
        <tbody>
          {chosen.map((share) => {
            const chunk = chunks[share.chunk];
            const frame = frames[share.frame];
            if (chunk === undefined || frame === undefined) return null;
            return (
              <tr key={`${share.chunk}-${share.frame}`}>
                <td>
                  <button type="button" className="inspector-link" onClick={() => setChunk(chunk.number)}>
                    {chunk.number}
                  </button>{' '}
                  <span className="faint">({format.number(chunk.length)})</span>
                </td>
                <td>{seconds(chunk.timeMs)}</td>
                <td>
                  <button
                    type="button"
                    className="inspector-link"
                    onClick={() => {
                      setChunk(undefined);
                      inspector.choose(frame.number);
                    }}
                  >
                    {frame.number}{' '}
                    {frame.kind === 'frame'
                      ? typeLabel(frame.type)
                      : text.kinds[frame.kind === 'gap' ? 'gap' : 'loose']}
                  </button>
                </td>
                <td>
                  {format.number(share.start)}–{format.number(share.end - 1)}
                </td>
                <td>{format.number(share.end - share.start)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
};

interface LabelsProps {
  readonly chunks: readonly { readonly text: string; readonly from: number; readonly to: number }[];
  readonly where: 'above' | 'below';
  readonly title: string;
}

/** Stand over the drawing and are not stretched with it; narrow ones stay out. */
const Labels = ({ chunks, where, title }: LabelsProps) => (
  <div className="inspector-bar-labels" data-where={where} aria-hidden>
    <span className="inspector-bar-title label">{title}</span>
    {chunks.map(({ text, from, to }) =>
      to - from < 8 + text.length * 6 ? null : (
        <span
          key={`${text}-${from}`}
          className="data clip"
          style={{ left: `${from / 10}%`, width: `${(to - from) / 10}%` }}
        >
          {text}
        </span>
      ),
    )}
  </div>
);
