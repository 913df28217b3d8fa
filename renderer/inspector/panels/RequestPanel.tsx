/** A request from OFFER to END as a ladder: who said what when, and how long each question waited for its answer. */

import { useMemo } from 'react';

import { typeLabel } from '../../../shared/protocol/catalog.ts';
import { useFormat, useText } from '../../i18n/language.ts';
import { followRequest } from '../data/request.ts';
import { seconds, span } from '../list/words.ts';
import { useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';

export const RequestPanel = () => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const feed = useFeed();
  const selected = useInspected((state) => state.selected);
  const record = selected === undefined ? undefined : feed.rows.find(selected);
  const [connection, id] = [record?.connection ?? 0, record?.kind === 'frame' ? record.id : 0];
  // Whole seconds: a story of a running transfer is told anew once a second, not with each batch.
  const version = Math.floor((feed.status?.nowMs ?? 0) / 1_000) + feed.connections.size;
  const story = useMemo(
    () =>
      id === 0 ? undefined : followRequest(feed.rows, { connection, id }, (each) => feed.controlOf(each)),
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [feed, connection, id, version],
  );
  if (story === undefined || story.steps.length === 0)
    return <p className="inspector-none faint">{text.request.choose}</p>;
  return (
    <div className="inspector-request">
      <header className="line wrap">
        <h2 className="inspector-subtitle">{text.request.title(id)}</h2>
        <span className="quiet">{text.request.total(format.number(story.frames), span(story.tookMs))}</span>
        <button
          type="button"
          className="inspector-link line-end"
          onClick={() => inspector.set({ only: onlyRequest(feed, connection, id) })}
        >
          {text.onlyThisRequest}
        </button>
      </header>
      {story.waits.length === 0 ? null : (
        <ul className="inspector-waits">
          {story.waits.map(({ from, to, tookMs, first, last }) => (
            <li key={`${first}-${last}`}>
              <button type="button" className="inspector-wait" onClick={() => inspector.choose(last)}>
                <span>{text.request.waited(typeLabel(from), typeLabel(to))}</span>
                <b className="data">{span(tookMs)}</b>
              </button>
            </li>
          ))}
        </ul>
      )}
      <ol className="inspector-steps" aria-label={text.request.steps}>
        <li className="inspector-steps-head label" aria-hidden>
          <span />
          <span />
          <span>
            <span>{text.request.here}</span>
            <span>{text.request.there}</span>
          </span>
          <span />
        </li>
        {story.steps.map((step, index) => {
          const before = story.steps[index - 1];
          return (
            <li key={step.first}>
              <button
                type="button"
                className="inspector-step"
                data-direction={step.direction}
                data-chosen={
                  (selected !== undefined &&
                    selected >= step.first &&
                    selected <= step.last &&
                    (step.frames > 1 || selected === step.first)) ||
                  undefined
                }
                onClick={() => inspector.choose(step.first)}
              >
                <span className="data">{seconds(step.startMs)}</span>
                <span className="data faint">
                  {before === undefined ? '' : `+${span(step.startMs - before.startMs)}`}
                </span>
                <span className="inspector-rung">
                  <span className="data">{typeLabel(step.type)}</span>
                  {step.frames > 1 ? (
                    <span className="quiet">
                      {text.request.times(format.number(step.frames))}, {format.bytes(step.bytes)},{' '}
                      {text.request.lasted(span(step.endMs - step.startMs))}
                    </span>
                  ) : null}
                </span>
                <span className="faint clip">
                  {step.connection === connection ? '' : text.request.on(step.connection)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
};

export const onlyRequest = (feed: ReturnType<typeof useFeed>, connection: number, id: number) => {
  const control = feed.controlOf(connection);
  const lanes = [...feed.connections.values()]
    .filter(({ laneOf }) => laneOf === control)
    .map(({ number }) => number);
  return { kind: 'request', connection: control, id, lanes } as const;
};
