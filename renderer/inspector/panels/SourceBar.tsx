/** Which capture is shown, and what can be done with all of it: pause, forget, open, save, Wireshark. */

import { ArrowDownToLine, Download, FolderOpen, Pause, Play, Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { CaptureSettings } from '../../../shared/model/capture.ts';
import { defaultKeepBytes } from '../../../shared/model/capture.ts';
import { useAct, useReport } from '../../shell/act.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Menu, type MenuItem } from '../../components/Menu.tsx';
import { rovingKeys } from '../../components/roving.ts';
import { usePick } from '../../files/pick.tsx';
import { commonText } from '../../i18n/common.ts';
import { useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import { liveSource, useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { ExportDialog, selectionFor } from './ExportDialog.tsx';

const pieceBytes = 1_048_576;

/** The tabs of captures; nothing while there is only the live one. */
export const SourceTabs = () => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const act = useAct();
  const source = useInspected((state) => state.source);
  const loaded = useInspected((state) => state.loaded);
  if (loaded.length === 0) return null;
  const close = (id: string): void => {
    inspector.closed(id);
    void act('capture.close', { source: id });
  };
  return (
    <div
      className="inspector-sources"
      role="radiogroup"
      aria-label={text.sources}
      onKeyDown={rovingKeys('[role=radio]', 'row', true)}
    >
      {[{ id: liveSource, name: text.live }, ...loaded].map(({ id, name }) => (
        <span key={id} className="inspector-source" data-chosen={id === source || undefined}>
          <button
            type="button"
            role="radio"
            aria-checked={id === source}
            tabIndex={id === source ? 0 : -1}
            onClick={() => inspector.show(id)}
          >
            <span className="clip">{name}</span>
          </button>
          {id === liveSource ? null : (
            <IconButton small icon={X} label={text.closeSource(name)} onClick={() => close(id)} />
          )}
        </span>
      ))}
    </div>
  );
};

/** Whether Wireshark is where the engine is. */
const useWireshark = (): boolean => {
  const { client } = useInspector();
  const isRemote = useSnapshot((snapshot) => snapshot.shell.isRemote);
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    if (isRemote) return setThere(false);
    client.call('capture.tools', {}).then(
      ({ wireshark }) => setThere(wireshark),
      () => setThere(false),
    );
  }, [client, isRemote]);
  return isThere;
};

export const SourceActions = ({ onFind }: { readonly onFind: () => void }) => {
  const text = useText(inspectorText);
  const common = useText(commonText);
  const inspector = useInspector();
  const feed = useFeed();
  const act = useAct();
  const report = useReport();
  const pick = usePick();
  const toast = useWindow((state) => state.toast);
  const follows = useInspected((state) => state.follows);
  const isBrowser = useSnapshot((snapshot) => snapshot.shell.kind === 'browser');
  const hasWireshark = useWireshark();
  const file = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<'export' | 'clear'>();
  const isLive = feed.source === liveSource;
  const { status } = feed;

  const openThere = async (): Promise<void> => {
    const [ref] = await pick({ kind: 'files', title: text.openFile });
    if (ref === undefined) return;
    const opened = await act('capture.open', { ref });
    if (opened === undefined) return;
    const name = (await inspector.client.call('capture.status', { source: opened.source })).file?.name;
    inspector.opened({ id: opened.source, name: name ?? opened.source });
  };
  const upload = async (chosen: File): Promise<void> => {
    try {
      let id: string | undefined;
      let source: string | undefined;
      for (let offset = 0; offset === 0 || offset < chosen.size; offset += pieceBytes) {
        const bytes = new Uint8Array(await chosen.slice(offset, offset + pieceBytes).arrayBuffer());
        const isLast = offset + pieceBytes >= chosen.size;
        const answer: { readonly upload: string; readonly source?: string } = await inspector.client.call(
          'capture.upload',
          { name: chosen.name.slice(0, 255), isLast, ...(id === undefined ? {} : { upload: id }) },
          { bytes },
        );
        id = answer.upload;
        source = answer.source;
      }
      if (source !== undefined) inspector.opened({ id: source, name: chosen.name });
    } catch (thrown) {
      report(thrown);
    }
  };
  const configure = async (change: Partial<CaptureSettings>): Promise<void> => {
    await act('capture.configure', change);
  };
  const wireshark = async (): Promise<void> => {
    const selection = selectionFor(feed, feed.shown < feed.rows.count ? 'shown' : 'all', 0);
    if (selection === undefined) return toast({ tone: 'error', text: text.exporting.nothing });
    const done = await act('capture.wireshark', { source: feed.source, ...selection, format: 'raw-ip' });
    if (done !== undefined) toast({ tone: 'ok', text: text.wiresharkStarted });
  };
  const keepsAll = status?.keepBytes === null;
  const items: readonly (MenuItem | 'rule')[] = [
    ...(isBrowser ? [{ label: text.openHere, icon: FolderOpen, run: () => file.current?.click() }] : []),
    { label: isBrowser ? text.openThere : text.openFile, icon: FolderOpen, run: () => void openThere() },
    { label: text.export, icon: Download, run: () => setDialog('export') },
    ...(hasWireshark ? [{ label: text.wireshark, run: () => void wireshark() }] : []),
    ...(isLive && status !== undefined
      ? ([
          'rule',
          {
            label: text.keepFirst,
            checked: !keepsAll,
            run: () => void configure({ keepBytes: defaultKeepBytes }),
          },
          { label: text.keepWhole, checked: keepsAll, run: () => void configure({ keepBytes: null }) },
          'rule',
          status.state === 'off'
            ? { label: text.captureStart, run: () => void configure({ state: 'running' }) }
            : { label: text.captureOff, run: () => void configure({ state: 'off' }) },
          { label: text.clear, danger: true, run: () => setDialog('clear') },
        ] as const)
      : []),
  ];
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".pcapng,.pcap,.cap"
        hidden
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = '';
          if (chosen !== undefined) void upload(chosen);
        }}
      />
      <IconButton icon={Search} label={text.find.open} shortcut="Ctrl+F" onClick={onFind} />
      <IconButton
        icon={ArrowDownToLine}
        label={text.follow}
        pressed={follows}
        className={isLive ? 'inspector-follow' : ''}
        onClick={() => inspector.set({ follows: !follows })}
      />
      {isLive ? (
        <Button
          icon={follows ? Pause : Play}
          className="inspector-pause"
          onClick={() => inspector.set({ follows: !follows })}
        >
          {follows ? text.pause : text.resume}
        </Button>
      ) : null}
      <Menu label={text.capture} items={items} />
      {dialog === 'export' ? <ExportDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'clear' ? (
        <Dialog
          title={text.clearTitle}
          onClose={() => setDialog(undefined)}
          footer={
            <>
              <Button onClick={() => setDialog(undefined)}>{common.cancel}</Button>
              <Button
                variant="danger"
                data-autofocus
                onClick={() => {
                  setDialog(undefined);
                  void act('capture.clear', {}).then((done) => {
                    if (done !== undefined) feed.forget();
                    inspector.choose(undefined);
                  });
                }}
              >
                {text.clear}
              </Button>
            </>
          }
        >
          <p>{text.clearBody}</p>
        </Dialog>
      ) : null}
    </>
  );
};
