/**
 * Four rulers over one axis of bytes: what the program wrote, what TCP made of it, what the receiver read, what its parser
 * took out. Ribbons between reads and frames have the colour of how each message lay. `Deliveries` says it in words.
 */

import type { ReactNode } from 'react';

import type { ChunkClass } from '../../../shared/model/capture.ts';
import type { Span } from '../../inspector/data/chunk-map.ts';
import { useText } from '../../i18n/language.ts';
import { type Picture, spansOf } from './run.ts';
import { framingText } from './text.ts';

const chunkClasses: readonly ChunkClass[] = ['exact', 'sticky', 'half', 'both'];

/** @param cursor the moment that is shown: what the parser keeps, in bytes of the stream */
export const Rulers = ({ picture, cursor }: { readonly picture: Picture; readonly cursor: Span }) => {
  const text = useText(framingText);
  const { experiment, readEnds, decoded, shares, classes } = picture;
  const { plan, stream } = experiment;
  const total = stream.bytes.length;
  const across = (offset: number): string => `${(100 * offset) / total}%`;
  const place = ({ start, end }: Span) => ({ left: across(start), width: across(end - start) });
  const isLong = total > 400;
  return (
    <div className="learn-rulers" role="img" aria-label={text.diagram}>
      <div className="learn-axis" aria-hidden>
        <div
          className="learn-cursor"
          data-empty={cursor.start === cursor.end || undefined}
          style={place(cursor)}
        />
        <Ruler name={text.rulers.writes} tag={plan.segmentEnds.length > 0 ? text.simulated : text.real}>
          {spansOf(plan.writeEnds).map((span, index) => (
            <Bar key={span.start} style={place(span)} label={isLong ? '' : String(index + 1)} />
          ))}
        </Ruler>
        <Ruler name={text.rulers.segments} tag={text.simulated} isBare={plan.segmentEnds.length === 0}>
          {plan.segmentEnds.length === 0 ? (
            <p className="learn-unseen faint">{text.unseen}</p>
          ) : (
            spansOf(plan.segmentEnds).map((span, index) => (
              <Bar key={span.start} style={place(span)} label={isLong ? '' : String(index + 1)} />
            ))
          )}
        </Ruler>
        <Ruler name={text.rulers.reads} tag={text.real}>
          {spansOf(readEnds).map((span, index) => (
            <Bar key={span.start} style={place(span)} label={isLong ? '' : String(index + 1)} />
          ))}
        </Ruler>
        <div className="learn-ribbons">
          {shares.map((share) => (
            <span
              key={share.start}
              data-chunk={classes[share.frame]}
              style={{ left: across(share.start), width: across(share.end - share.start) }}
            />
          ))}
        </div>
        <Ruler name={text.rulers.frames} tag={text.real}>
          {decoded.frames.map((frame, index) => {
            const sent = stream.frames.findIndex(
              ({ start, end }) => start === frame.start && end === frame.end,
            );
            return (
              <Bar
                key={frame.start}
                chunk={sent === -1 ? 'none' : classes[sent]}
                style={place(frame)}
                label={String(index + 1)}
              />
            );
          })}
        </Ruler>
      </div>
    </div>
  );
};

const Ruler = ({
  name,
  tag,
  isBare = false,
  children,
}: {
  readonly name: string;
  readonly tag: string;
  readonly isBare?: boolean;
  readonly children: ReactNode;
}) => (
  <div className="learn-ruler">
    <span className="learn-ruler-name">
      <span className="label">{name}</span> {isBare ? null : <span className="faint">{tag}</span>}
    </span>
    <div className="learn-ruler-bars">{children}</div>
  </div>
);

const Bar = ({
  style,
  label,
  chunk,
}: {
  readonly style: { readonly left: string; readonly width: string };
  readonly label: string;
  readonly chunk?: ChunkClass | 'none' | undefined;
}) => (
  <span className="learn-bar data" data-chunk={chunk} style={style}>
    {label}
  </span>
);

export const Legend = () => {
  const text = useText(framingText);
  return (
    <ul className="learn-legend" aria-label={text.legend}>
      {chunkClasses.map((name) => (
        <li key={name} data-chunk={name} data-tip={text.classMeanings[name]}>
          {text.classes[name]}
        </li>
      ))}
    </ul>
  );
};
