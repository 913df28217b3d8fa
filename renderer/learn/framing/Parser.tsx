/** The parser at one moment: what it keeps, what it waits for, and the line of its program that runs. A scrubber goes through them. */

import { ChevronLeft, ChevronRight } from 'lucide-react';

import type { DecoderLine, ParserState, Stop } from '../../../shared/lab/framing/decode.ts';
import type { StrategyKind } from '../../../shared/lab/framing/strategy.ts';
import { IconButton } from '../../components/Button.tsx';
import { type Format } from '../../i18n/format.ts';
import { type SameKeys, useFormat, useText } from '../../i18n/language.ts';
import type { Picture } from './run.ts';
import { framingText } from './text.ts';

type FramingText = SameKeys<(typeof framingText)['en']>;

const stateSentence = (text: FramingText, format: Format, state: ParserState): string => {
  switch (state.kind) {
    case 'empty':
      return text.states.empty;
    case 'header':
      return text.states.header(state.needs);
    case 'body':
      return text.states.body(state.needs, format.number(state.of));
    case 'terminator':
      return text.states.terminator(state.held);
    case 'frame':
      return text.states.frame(state.frame + 1);
    case 'failed':
      return text.faults[state.fault.kind](
        state.fault.seen.toLocaleString('en'),
        format.number(state.fault.allowed),
      );
  }
};

/** The decoder in the words of Node; the names are those of the parameters. */
const programs: Readonly<Record<StrategyKind, readonly (readonly [DecoderLine, string])[]>> = {
  none: [
    ['read', "socket.on('data', (chunk) => {"],
    ['deliver', '  onMessage(chunk); // one event, one message?'],
  ],
  pause: [
    ['read', "socket.on('data', (chunk) => {"],
    ['deliver', '  onMessage(chunk); // the sender has waited'],
  ],
  fixed: [
    ['read', 'buffer = Buffer.concat([buffer, chunk]);'],
    ['incomplete-body', 'if (buffer.length < length) return;'],
    ['deliver', 'onMessage(withoutPadding(take(length)));'],
  ],
  terminator: [
    ['read', 'buffer = Buffer.concat([buffer, chunk]);'],
    ['limit', 'if (buffered > maxFrameLength) throw tooLong;'],
    ['incomplete-body', 'if ((end = indexOfTerminator(buffer)) < 0) return;'],
    ['deliver', 'onMessage(unescaped(take(end + 1)));'],
  ],
  length: [
    ['read', 'buffer = Buffer.concat([buffer, chunk]);'],
    ['incomplete-header', 'if (buffer.length < lengthFieldEnd) return;'],
    ['limit', 'if (frameLength > maxFrameLength) throw tooLong;'],
    ['incomplete-body', 'if (buffer.length < frameLength) return;'],
    ['deliver', 'onMessage(take(frameLength).subarray(initialBytesToStrip));'],
  ],
};

/** So many bytes of the buffer are shown. */
const mostShown = 48;

export const Parser = ({
  picture,
  index,
  onIndex,
}: {
  readonly picture: Picture;
  readonly index: number;
  readonly onIndex: (index: number) => void;
}) => {
  const text = useText(framingText);
  const format = useFormat();
  const { stops } = picture.decoded;
  const stop = stops[index];
  if (stop === undefined) return null;
  const sentence = stateSentence(text, format, stop.state);
  const { strategy } = picture.experiment;
  const isLast = index === stops.length - 1;
  const waits =
    isLast &&
    (stop.state.kind === 'header' || stop.state.kind === 'body' || stop.state.kind === 'terminator');
  return (
    <section className="learn-parser" aria-label={text.parser}>
      <div className="learn-scrubber">
        <IconButton
          small
          icon={ChevronLeft}
          label={text.previous}
          disabled={index === 0}
          onClick={() => onIndex(index - 1)}
        />
        <input
          type="range"
          min={0}
          max={stops.length - 1}
          value={index}
          aria-label={text.scrubber}
          aria-valuetext={`${text.stopOf(index + 1, stops.length)}: ${sentence}`}
          onChange={(event) => onIndex(Number(event.target.value))}
        />
        <IconButton
          small
          icon={ChevronRight}
          label={text.next}
          disabled={isLast}
          onClick={() => onIndex(index + 1)}
        />
        <span className="data faint learn-stop">{text.stopOf(index + 1, stops.length)}</span>
      </div>
      <p className="learn-state" data-failed={stop.state.kind === 'failed' || undefined} aria-live="polite">
        <span className="faint">{text.afterRead(stop.read + 1)}</span> {sentence}
        {waits ? <span className="ink-warn"> {text.waitsForEver}</span> : null}
      </p>
      <Kept picture={picture} stop={stop} />
      <ol className="learn-program data">
        {programs[strategy.kind].map(([line, code]) => (
          <li key={line} aria-current={line === stop.line ? 'step' : undefined}>
            {code}
          </li>
        ))}
      </ol>
    </section>
  );
};

/** Bytes in the buffer; those of a header have its colour. */
const Kept = ({ picture, stop }: { readonly picture: Picture; readonly stop: Stop }) => {
  const text = useText(framingText);
  const { stream } = picture.experiment;
  const bytes = [...stream.bytes.subarray(stop.from, Math.min(stop.to, stop.from + mostShown))];
  const isHeader = (offset: number): boolean =>
    stream.frames.some(({ start, body }) => offset >= start && offset < body);
  const more = stop.to - stop.from - bytes.length;
  return (
    <p className="learn-kept">
      <span className="label">{text.buffer}</span>{' '}
      {bytes.length === 0 ? <span className="faint">{text.bufferEmpty}</span> : null}
      {bytes.map((byte, index) => (
        <span key={index} className="learn-byte data" data-header={isHeader(stop.from + index) || undefined}>
          {byte.toString(16).padStart(2, '0')}
        </span>
      ))}
      {more > 0 ? <span className="faint"> {text.bufferMore(more)}</span> : null}
    </p>
  );
};
