/** The Browse view: the shares of another device as a file browser, with a preview beside it. */

import {
  CornerLeftUp,
  Download,
  FolderDown,
  FolderTree,
  Lock,
  RefreshCw,
  Search,
  Upload,
} from 'lucide-react';
import { useMemo, useState } from 'react';

import { navigate, useRoute } from '../../shell/router.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Avatar } from '../../components/Avatar.tsx';
import { Breadcrumbs } from '../../components/Breadcrumbs.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { TextField } from '../../components/Field.tsx';
import { type FileRow, FileTable } from '../../components/FileTable.tsx';
import { Name, Tag, TrustMark } from '../../components/Text.tsx';
import { EmptyState, View } from '../../components/View.tsx';
import { useText } from '../../i18n/language.ts';
import { useItem } from '../../store/engine.ts';
import { DropOverlay } from '../../upload/DropOverlay.tsx';
import { useDropTarget } from '../../upload/drop-target.ts';
import { useWindow } from '../../store/window.ts';
import { DevicesView } from '../devices/DevicesView.tsx';
import { Fault } from './Fault.tsx';
import { useBrowseActions } from './browse-actions.ts';
import { parentOf, placeOf, type RemotePlace, shareOf, stepsOf } from './place.ts';
import { Preview } from './Preview.tsx';
import { type RemoteEntry, useRemoteFolder } from './remote-folder.ts';
import { browseText } from './text.ts';
import './browse.css';

export const BrowseView = () => {
  const route = useRoute();
  const place = useMemo(() => placeOf(route), [route]);
  // Without a device there is nothing to browse: the way begins at the devices.
  return place === undefined ? <DevicesView /> : <RemoteBrowser place={place} />;
};

const rowOf = (entry: RemoteEntry, marks: { readonly locked: string }): FileRow => ({
  id: entry.path,
  name: entry.name,
  kind: entry.kind,
  ...(entry.size === undefined ? {} : { size: entry.size }),
  ...(entry.mtime === undefined ? {} : { mtimeMs: entry.mtime / 1000 }),
  ...(entry.locked === true
    ? { mark: <Lock size={13} className="faint" role="img" aria-label={marks.locked} /> }
    : {}),
});

const RemoteBrowser = ({ place }: { readonly place: RemotePlace }) => {
  const text = useText(browseText);
  const reader = useRemoteFolder(place);
  const { folder } = reader;
  const actions = useBrowseActions(place);
  const toast = useWindow((state) => state.toast);
  const device = useItem('devices', folder.device ?? place.query['device'] ?? '');
  const [search, setSearch] = useState('');
  const [chosenPaths, setChosenPaths] = useState<ReadonlySet<string>>(new Set());
  const [shownPath, setShownPath] = useState(place.path);
  if (shownPath !== place.path) {
    setShownPath(place.path);
    setSearch('');
    setChosenPaths(new Set());
  }
  const go = (path: string): void =>
    navigate('browse', [], { ...place.query, ...(path === '' ? {} : { path }) });

  const needle = search.trim().toLowerCase();
  const fitting = useMemo(
    () =>
      needle === ''
        ? folder.entries
        : folder.entries.filter(({ name }) => name.toLowerCase().includes(needle)),
    [folder.entries, needle],
  );
  const rows = useMemo(() => fitting.map((entry) => rowOf(entry, { locked: text.locked })), [fitting, text]);
  const chosen = useMemo(() => fitting.filter(({ path }) => chosenPaths.has(path)), [chosenPaths, fitting]);
  const downloads =
    chosen.length > 0 ? chosen.map(({ path }) => path) : place.path === '' ? [] : [place.path];
  const canUpload = folder.isWritable && place.path !== '';

  useShortcuts(
    text.keys.title,
    useMemo(
      () => [
        {
          keys: 'mod+s',
          label: text.keys.download,
          run: () => {
            if (downloads.length > 0) void actions.download(downloads);
          },
        },
      ],
      // Anew only when what would be downloaded changes.
      // oxlint-disable-next-line react/exhaustive-deps
      [downloads.join('\n'), text],
    ),
  );
  const drop = useDropTarget((dropped) => {
    if (canUpload) void actions.uploadDropped(dropped);
    else toast({ tone: 'plain', text: text.readOnly });
  });

  const title = device?.alias ?? place.query['at'] ?? '';
  return (
    <View
      fills
      title={
        <span className="line">
          {device === undefined ? null : (
            <Avatar id={device.deviceId ?? device.id} hue={device.hue} size={24} />
          )}
          <Name of={title} />
        </span>
      }
      detail={device === undefined ? undefined : <TrustMark trust={device.trust} short />}
      actions={
        <>
          {canUpload ? (
            <Button icon={Upload} onClick={() => void actions.uploadPicked()}>
              {text.upload}
            </Button>
          ) : null}
          {downloads.length === 0 || folder.fault !== undefined ? null : (
            <>
              <IconButton
                icon={FolderDown}
                variant="plain"
                label={text.downloadTo}
                onClick={() => void actions.downloadTo(downloads)}
              />
              <Button icon={Download} variant="solid" onClick={() => void actions.download(downloads)}>
                {chosen.length > 0 ? text.download : text.downloadAll}
              </Button>
            </>
          )}
        </>
      }
      bar={
        <>
          <IconButton
            small
            icon={CornerLeftUp}
            label={text.up}
            disabled={place.path === ''}
            onClick={() => go(parentOf(place.path))}
          />
          <Breadcrumbs
            parts={[
              { key: '', name: text.sharesOf, go: () => go('') },
              ...stepsOf(place.path).map((path) => ({
                key: path,
                name: path.split('/').at(-1) ?? '',
                go: () => go(path),
              })),
            ]}
          />
          {canUpload ? <Tag tone="accent">{text.writable}</Tag> : null}
          <div className="line line-end browse-tools">
            {folder.isReading ? (
              <span className="faint data">{text.reading(folder.entries.length)}</span>
            ) : null}
            {needle === '' ? null : (
              <span className="faint data" aria-live="polite">
                {text.fitting(fitting.length, folder.entries.length)}
              </span>
            )}
            <TextField
              label={text.search}
              hideLabel
              type="search"
              placeholder={text.searchHint}
              before={<Search size={14} aria-hidden />}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              data-search=""
            />
            <IconButton small icon={RefreshCw} label={text.reload} onClick={() => reader.reload()} />
          </div>
        </>
      }
    >
      <div className="browse" data-over={(drop.isOver && canUpload) || undefined} {...drop.props}>
        {folder.fault !== undefined ? (
          <Fault code={folder.fault} path={place.path} device={device?.id} reader={reader} />
        ) : !folder.isReading && folder.entries.length === 0 && place.path === '' ? (
          <EmptyState
            icon={FolderTree}
            title={text.nothingShared}
            actions={<Button onClick={() => reader.reload()}>{text.reload}</Button>}
          >
            {text.nothingSharedText}
          </EmptyState>
        ) : (
          <>
            <FileTable
              key={place.path}
              label={text.content}
              rows={rows}
              autoFocus
              onOpen={(row) => {
                if (row.kind === 'file') void actions.download([row.id]);
                else go(row.id);
              }}
              {...(place.path === '' ? {} : { onUp: () => go(parentOf(place.path)) })}
              onChoose={(found) => setChosenPaths(new Set(found.map(({ id }) => id)))}
              empty={
                <p className="quiet">
                  {folder.isReading ? '' : needle === '' ? text.emptyFolder : text.noMatch}
                </p>
              }
            />
            <Preview place={place} chosen={chosen} onDownload={() => void actions.download(downloads)} />
          </>
        )}
        {drop.isOver && canUpload ? (
          <DropOverlay>{text.dropHere(place.path.split('/').at(-1) ?? shareOf(place.path))}</DropOverlay>
        ) : null}
      </div>
    </View>
  );
};
