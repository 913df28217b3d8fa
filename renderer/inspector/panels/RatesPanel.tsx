/** Bytes a second of each connection over time. Dragging over a stretch filters by its time. */

import type { PointerEvent } from 'react';
import { useRef, useState } from 'react';

import { useFormat, useText } from '../../i18n/language.ts';
import type { RateLine, Rates } from '../data/rates.ts';
import { narrowed } from '../filter/combine.ts';
import { peerWord } from '../list/row-words.ts';
import { followPointer } from '../list/scroller.ts';
import { useFeed, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';

const height = 48;
/** A picture of one bin tells nothing. */
const leastBins = 40;

export const RatesPanel = () => {
  const text = useText(inspectorText);
  const feed = useFeed();
  const { rates } = feed;
  if (rates.used === 0) return <p className="inspector-none faint">{text.rates.none}</p>;
  return (
    // It scrolls and has nothing to focus inside.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="inspector-charts" role="region" aria-label={text.tabs.rates} tabIndex={0}>
      <p className="faint">{text.rates.hint}</p>
      {rates.lines.map((line) => (
        <Chart
          key={line.connection}
          line={line}
          rates={rates}
          peer={peerWord(feed.connections.get(line.connection))}
        />
      ))}
    </div>
  );
};

interface ChartProps {
  readonly line: RateLine;
  readonly rates: Rates;
  readonly peer: string;
}

const areaOf = (bins: Float64Array, used: number, most: number, sign: 1 | -1): string => {
  let path = `M0,${height}`;
  for (let bin = 0; bin < used; bin += 1) {
    const y = height - (sign * (bins[bin] as number) * (height - 2)) / most;
    path += `L${bin},${y.toFixed(1)}L${bin + 1},${y.toFixed(1)}`;
  }
  return `${path}L${used},${height}Z`;
};

const Chart = ({ line, rates, peer }: ChartProps) => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const [drag, setDrag] = useState<readonly [number, number]>();
  const svg = useRef<SVGSVGElement>(null);
  const used = Math.max(rates.used, leastBins);
  let most = 1;
  for (let bin = 0; bin < rates.used; bin += 1) {
    most = Math.max(most, line.inBytes[bin] as number, line.outBytes[bin] as number);
  }
  const secondsAt = (bin: number): number => (rates.startMs + bin * rates.binMs) / 1_000;
  const onPointerDown = (start: PointerEvent<HTMLDivElement>): void => {
    const box = svg.current?.getBoundingClientRect();
    if (start.button !== 0 || box === undefined) return;
    const binAt = (clientX: number): number =>
      Math.min(used, Math.max(0, ((clientX - box.left) / box.width) * used));
    const from = binAt(start.clientX);
    let to = from;
    followPointer(
      start.nativeEvent,
      start.currentTarget,
      (event) => {
        to = binAt(event.clientX);
        setDrag([Math.min(from, to), Math.max(from, to)]);
      },
      () => {
        setDrag(undefined);
        const [first, last] = [Math.floor(Math.min(from, to)), Math.ceil(Math.max(from, to))];
        if (Math.abs(to - from) < 0.5) return;
        const range = `time in ${secondsAt(first).toFixed(3)}..${secondsAt(last).toFixed(3)}`;
        // A second stretch takes the place of the first.
        const rest = inspector.state.typed
          .replace(/(?:\s*&&\s*)?time in [\d.]+\.\.[\d.]+/gu, '')
          .replace(/^\s*&&\s*/u, '');
        inspector.set({ typed: narrowed(rest, range), follows: false });
      },
    );
  };
  return (
    <figure className="inspector-chart">
      <figcaption className="line">
        <span>{text.rates.line(line.connection, peer)}</span>
        <span className="faint data line-end">
          {text.rates.peak(format.speed((most * 1_000) / rates.binMs))}
        </span>
      </figcaption>
      <div className="inspector-chart-area" onPointerDown={onPointerDown}>
        <svg
          ref={svg}
          viewBox={`0 0 ${used} ${height * 2}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={text.rates.chart(line.connection)}
        >
          <path className="inspector-area-out" d={areaOf(line.outBytes, rates.used, most, 1)} />
          <path className="inspector-area-in" d={areaOf(line.inBytes, rates.used, most, -1)} />
          {drag === undefined ? null : (
            <rect
              className="inspector-area-drag"
              x={drag[0]}
              width={drag[1] - drag[0]}
              y={0}
              height={height * 2}
            />
          )}
        </svg>
      </div>
      <div className="line inspector-chart-axis data faint">
        <span>{secondsAt(0).toFixed(1)} s</span>
        {drag === undefined ? null : (
          <span className="inspector-chart-drag">
            {text.rates.chosen(`${secondsAt(drag[0]).toFixed(2)} s`, `${secondsAt(drag[1]).toFixed(2)} s`)}
          </span>
        )}
        <span className="line-end">{secondsAt(used).toFixed(1)} s</span>
      </div>
    </figure>
  );
};
