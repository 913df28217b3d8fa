/** What can be done with the chosen frame, by menu and by key. */

import { useMemo } from 'react';

import type { CaptureRecord } from '../../shared/model/capture.ts';
import { dissect } from '../../shared/protocol/dissect.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import type { MenuItem } from '../components/Menu.tsx';
import { copyText } from '../components/clipboard.ts';
import { useFormat, useText } from '../i18n/language.ts';
import { asJson, copyForms } from './data/copy-forms.ts';
import type { CaptureFeed } from './data/feed.ts';
import { FrameBytes, pageBytes } from './data/frame-bytes.ts';
import { type Inspector, useInspector } from './model.ts';
import { onlyRequest } from './panels/RequestPanel.tsx';
import { inspectorText } from './text.ts';

/** The neighbour of a frame that carries the same id, on its connection or those that serve it. */
function neighbourOf(feed: CaptureFeed, record: CaptureRecord, step: 1 | -1): number | undefined {
  if (record.kind !== 'frame') return undefined;
  const { rows } = feed;
  const control = feed.controlOf(record.connection);
  for (
    let place = rows.placeOf(record.number) + step;
    place >= rows.first && place < rows.end;
    place += step
  ) {
    if (rows.kindAt(place) !== 0 || rows.idAt(place) !== record.id) continue;
    if (feed.controlOf(rows.connectionAt(place)) === control) return rows.numberAt(place);
  }
  return undefined;
}

/** The kept bytes of a frame, once they are there; of loose bytes as many as a clipboard is for. */
const wholeOf = (inspector: Inspector, record: CaptureRecord): Promise<FrameBytes> =>
  new Promise((resolve) => {
    const frame = new FrameBytes(inspector.client, inspector.state.source, record);
    if (frame.isReady) return resolve(frame);
    frame.onChange(() => {
      if (frame.isReady) resolve(frame);
    });
    frame.want(0, Math.min(frame.kept, pageBytes));
  });

export interface FrameActions {
  readonly items: readonly (MenuItem | 'rule')[];
}

export const useFrameActions = (record: CaptureRecord | undefined, onFind: () => void): FrameActions => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const number = record?.number;

  const actions = useMemo(() => {
    const chosen = (): CaptureRecord | undefined =>
      inspector.state.selected === undefined ? undefined : inspector.feed.rows.find(inspector.state.selected);
    const go = (step: 1 | -1) => (): void => {
      const from = chosen();
      const to = from === undefined ? undefined : neighbourOf(inspector.feed, from, step);
      if (to === undefined) return;
      inspector.set({ follows: false });
      inspector.choose(to);
    };
    return {
      mark: () => {
        if (inspector.state.selected !== undefined) inspector.feed.mark(inspector.state.selected);
      },
      reference: () => inspector.set({ reference: inspector.state.selected, timeMode: 'reference' }),
      next: go(1),
      previous: go(-1),
      pause: () => inspector.set({ follows: !inspector.state.follows }),
    };
  }, [inspector]);

  useShortcuts(
    text.keys.title,
    useMemo(
      () => [
        { keys: 'm', label: text.keys.mark, run: actions.mark },
        { keys: 't', label: text.keys.reference, run: actions.reference },
        { keys: '.', label: text.keys.next, run: actions.next },
        { keys: ',', label: text.keys.previous, run: actions.previous },
        { keys: 'mod+f', label: text.keys.find, run: onFind },
        { keys: 'p', label: text.keys.pause, run: actions.pause },
      ],
      [text, actions, onFind],
    ),
  );

  return useMemo(() => {
    if (record === undefined || number === undefined) return { items: [] };
    const { feed } = inspector;
    const control = feed.controlOf(record.connection);
    const transfer = feed.transfers.find(({ connection, id }) => id === record.id && connection === control);
    const copy = (form: keyof typeof copyForms | 'json') => async (): Promise<void> => {
      const frame = await wholeOf(inspector, record);
      const bytes = frame.slice(0, Math.min(frame.reach, pageBytes));
      const words =
        bytes.length < frame.length
          ? text.copiedPart(format.bytes(bytes.length), format.bytes(frame.length))
          : text.copied;
      await copyText(
        form === 'json' ? asJson(dissect(frame.head(), frame.gaps)) : copyForms[form](bytes),
        words,
      );
    };
    const isFrame = record.kind === 'frame';
    const items: (MenuItem | 'rule')[] = [
      { label: feed.marks.has(number) ? text.unmark : text.mark, run: actions.mark },
      { label: text.setReference, run: actions.reference },
      'rule',
      {
        label: text.onlyThisConnection,
        run: () => inspector.set({ only: { kind: 'connection', connection: record.connection } }),
      },
      ...(isFrame && record.id !== 0
        ? [
            {
              label: text.onlyThisRequest,
              run: () => inspector.set({ only: onlyRequest(feed, record.connection, record.id) }),
            },
          ]
        : []),
      ...(transfer === undefined
        ? []
        : [
            {
              label: text.onlyThisTransfer,
              run: () => inspector.set({ only: { kind: 'transfer', transferId: transfer.transferId } }),
            },
          ]),
      ...(isFrame && record.id !== 0
        ? [
            { label: text.previousOfRequest, run: actions.previous },
            { label: text.nextOfRequest, run: actions.next },
          ]
        : []),
    ];
    if (isFrame || record.kind === 'loose') {
      items.push('rule');
      for (const form of ['hex', 'dump', 'c', 'js', 'base64'] as const) {
        items.push({ label: text.copyAs[form], run: () => void copy(form)() });
      }
      if (isFrame) items.push({ label: text.copyAs.json, run: () => void copy('json')() });
    }
    return { items };
  }, [inspector, record, number, actions, text, format]);
};
