/** Saves a capture, or a part of it, as a pcapng file: downloaded by the page, or into a folder of the engine's machine. */

import { useState } from 'react';

import type { CaptureFormat } from '../../../shared/model/capture.ts';
import type { Client } from '../../../shared/ipc/client.ts';
import { useReport } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Select } from '../../components/Field.tsx';
import { usePick } from '../../files/pick.tsx';
import { commonText } from '../../i18n/common.ts';
import { useFormat, useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import type { CaptureFeed } from '../data/feed.ts';
import { spansOf } from '../data/spans.ts';
import { peerWord } from '../list/row-words.ts';
import { useFeed, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';

export type ExportScope = 'all' | 'shown' | 'marked' | 'connection';

export interface ExportSelection {
  readonly records?: [number, number][];
  readonly connections?: number[];
}

/** Undefined when there is nothing in it. */
export function selectionFor(
  feed: CaptureFeed,
  scope: ExportScope,
  connection: number,
): ExportSelection | undefined {
  switch (scope) {
    case 'all':
      return feed.rows.count === 0 ? undefined : {};
    case 'connection':
      return { connections: [connection] };
    case 'marked': {
      const records = spansOf([...feed.marks].sort((one, other) => one - other));
      return records.length === 0 ? undefined : { records };
    }
    case 'shown': {
      const records = spansOf(shownNumbers(feed));
      return records.length === 0 ? undefined : { records };
    }
  }
}

function* shownNumbers(feed: CaptureFeed): Iterable<number> {
  for (let position = 0; position < feed.shown; position += 1) {
    const number = feed.numberAt(position);
    if (number !== undefined) yield number;
  }
}

const downloadPiece = 1_048_576;

const download = async (client: Client, exported: string, name: string, bytes: number): Promise<void> => {
  const pieces: BlobPart[] = [];
  for (let offset = 0; offset < bytes; offset += downloadPiece) {
    const length = Math.min(downloadPiece, bytes - offset);
    pieces.push((await client.callForBytes('capture.exported', { exported, offset, length })).bytes.slice());
  }
  const address = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

export const ExportDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const text = useText(inspectorText);
  const common = useText(commonText);
  const format = useFormat();
  const inspector = useInspector();
  const feed = useFeed();
  const report = useReport();
  const pick = usePick();
  const toast = useWindow((state) => state.toast);
  const isDesktop = useSnapshot((snapshot) => snapshot.shell.kind === 'desktop');
  const chosen =
    inspector.state.selected === undefined ? undefined : feed.rows.find(inspector.state.selected);
  const isFiltered = feed.shown < feed.rows.count;
  const [scope, setScope] = useState<ExportScope>(isFiltered ? 'shown' : 'all');
  const connections = [...feed.connections.values()].filter(({ number }) => number !== 0);
  const [connection, setConnection] = useState(chosen?.connection ?? connections[0]?.number ?? 0);
  const [written, setWritten] = useState<CaptureFormat>('raw-ip');
  const [isBusy, setBusy] = useState(false);
  const scopes: readonly ExportScope[] = [
    'all',
    'shown',
    ...(feed.marks.size > 0 ? (['marked'] as const) : []),
    ...(connections.length > 0 ? (['connection'] as const) : []),
  ];

  const save = async (toFolder: boolean): Promise<void> => {
    const selection = selectionFor(feed, scope, connection);
    if (selection === undefined) return toast({ tone: 'error', text: text.exporting.nothing });
    const [dir] = toFolder ? await pick({ kind: 'folder' }) : [];
    if (toFolder && dir === undefined) return;
    setBusy(true);
    try {
      const result = await inspector.client.call('capture.export', {
        source: feed.source,
        ...selection,
        format: written,
        ...(dir === undefined ? {} : { dir }),
      });
      if (result.exported !== undefined) {
        await download(inspector.client, result.exported, result.name, result.bytes);
        await inspector.client.call('capture.dropExport', { exported: result.exported });
      }
      const missing = result.missing > 0 ? ` ${text.exporting.missing(result.missing)}` : '';
      toast({
        tone: 'ok',
        text: `${text.exporting.saved(result.name, format.number(result.packets))}.${missing}`,
      });
      onClose();
    } catch (thrown) {
      report(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={text.exporting.title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          {isDesktop ? null : (
            <Button busy={isBusy} onClick={() => void save(false)}>
              {text.exporting.download}
            </Button>
          )}
          <Button variant="solid" busy={isBusy} onClick={() => void save(true)} data-autofocus>
            {text.exporting.toFolder}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Select
          label={text.exporting.what}
          value={scope}
          options={scopes.map((value) => ({ value, label: text.exporting.scopes[value] }))}
          onChange={setScope}
        />
        {scope === 'connection' ? (
          <Select
            label={text.columns.connection}
            value={String(connection)}
            options={connections.map((each) => ({
              value: String(each.number),
              label: `${each.number} ${peerWord(each)}`,
            }))}
            onChange={(value) => setConnection(Number(value))}
          />
        ) : null}
        <Select
          label={text.exporting.format}
          value={written}
          options={(['raw-ip', 'exported-pdu'] as const).map((value) => ({
            value,
            label: text.exporting.formats[value],
          }))}
          onChange={setWritten}
          hint={text.exporting.formatHint[written]}
        />
      </div>
    </Dialog>
  );
};
