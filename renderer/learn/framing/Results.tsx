/** In words and numbers: what the receiving program got, and what each read held. */

import { decodeUtf8, encodeUtf8 } from '../../../shared/base/text.ts';
import { hexBytes } from '../../../shared/lab/program.ts';
import { displayName } from '../../../shared/model/display-name.ts';
import { useFormat, useText } from '../../i18n/language.ts';
import type { Picture } from './run.ts';
import { framingText } from './text.ts';

/** Rows of a table; a stream in single bytes has thousands. */
const mostRows = 100;

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

/** So many bytes of content that is no text are shown. */
const mostHexBytes = 24;

export const Results = ({ picture }: { readonly picture: Picture }) => {
  const text = useText(framingText);
  const format = useFormat();
  const { experiment, decoded } = picture;
  const { messages, stream } = experiment;
  const sent = stream.frames.map(({ message }) => encodeUtf8(messages[message] ?? ''));
  const verdicts = decoded.frames.map((frame, index) =>
    isSame(frame.content, sent[index] ?? new Uint8Array(0)),
  );
  const wrong = verdicts.filter((isRight) => !isRight).length;
  const isAll = wrong === 0 && decoded.frames.length === messages.length;
  const framing = stream.bytes.length - sent.reduce((sum, { length }) => sum + length, 0);
  return (
    <section className="learn-results">
      <h2>{text.results}</h2>
      {stream.faults.map((fault) => (
        <p key={fault.message} className="ink-error">
          {text.sendFaults[fault.kind](
            fault.message + 1,
            format.number(fault.seen),
            format.number(fault.allowed),
          )}
        </p>
      ))}
      <p className={isAll ? 'ink-ok' : 'ink-error'}>
        {isAll ? text.gotAll : text.gotWrong(wrong, sent.length)}{' '}
        <span className="quiet">
          {text.overhead(format.number(framing), format.percent(framing / stream.bytes.length))}
        </span>
      </p>
      <ol className="learn-got">
        {decoded.frames.slice(0, mostRows).map((frame, index) => {
          const isRight = verdicts[index] === true;
          const content = decodeUtf8(frame.content);
          return (
            <li key={frame.start} data-right={isRight || undefined}>
              <span className="data clip">
                {content === undefined
                  ? hexBytes(frame.content.subarray(0, mostHexBytes))
                  : displayName(content)}
              </span>
              <span className={isRight ? 'ink-ok' : 'ink-error'}>
                {isRight ? text.asSent : text.notAsSent}
                {content === undefined ? ` · ${text.notText}` : ''}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
};

export const Deliveries = ({ picture }: { readonly picture: Picture }) => {
  const text = useText(framingText);
  const format = useFormat();
  const { experiment, run, shares, classes } = picture;
  const { frames } = experiment.stream;
  const held = (read: number): string =>
    format.list(
      shares
        .filter((share) => share.chunk === read)
        .map((share) => {
          const frame = frames[share.frame];
          const message = (frame?.message ?? 0) + 1;
          const length = (frame?.end ?? 0) - (frame?.start ?? 0);
          return share.end - share.start === length
            ? text.whole(message)
            : text.part(message, format.number(share.end - share.start), format.number(length));
        }),
    );
  const lay = (read: number): string =>
    [
      ...new Set(
        shares
          .filter((share) => share.chunk === read)
          .map((share) => text.classes[classes[share.frame] ?? 'exact']),
      ),
    ].join(', ');
  return (
    <details className="learn-deliveries">
      <summary>{text.reads}</summary>
      <table className="learn-table data">
        <thead>
          <tr>
            <th scope="col">{text.read}</th>
            <th scope="col">{text.bytes}</th>
            <th scope="col">{text.at}</th>
            <th scope="col">{text.held}</th>
            <th scope="col">{text.lay}</th>
          </tr>
        </thead>
        <tbody>
          {run.reads.slice(0, mostRows).map(({ bytes, atMs }, index) => (
            <tr key={index}>
              <td>{index + 1}</td>
              <td>{format.number(bytes)}</td>
              <td>{text.milliseconds(atMs.toFixed(1))}</td>
              <td>{held(index)}</td>
              <td>{lay(index)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
};
