/**
 * Files and folders of the engine's machine: places, path, content. Part of the FilePicker and of views that work with
 * folders; who shows it decides what choosing and opening mean.
 */

import {
  CornerLeftUp,
  FolderPlus,
  HardDrive,
  House,
  Image,
  Inbox,
  Monitor,
  PenLine,
  FileText,
  Download,
} from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';

import type { LocalEntry, LocalFolder, Place, Ref } from '../../shared/model/local.ts';
import { Breadcrumbs } from '../components/Breadcrumbs.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { Checkbox, TextField } from '../components/Field.tsx';
import { FileTable } from '../components/FileTable.tsx';
import { rovingKeys } from '../components/roving.ts';
import { Name } from '../components/Text.tsx';
import { commonText } from '../i18n/common.ts';
import { errorSentence } from '../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../i18n/language.ts';
import { useLocalFolders } from './local-folder.ts';
import { filesText } from './text.ts';
import './files.css';

export interface LocalBrowserProps {
  /** `folder`: files are shown but cannot be chosen. */
  readonly kind: 'files' | 'folder';
  /** Folder to begin with; home otherwise. */
  readonly start?: Ref;
  readonly onFolder?: (folder: LocalFolder) => void;
  readonly onChoose?: (entries: readonly LocalEntry[]) => void;
  /** A file was opened by Enter or double click, or a path of a file was typed. */
  readonly onFile?: (ref: Ref) => void;
  /** In place of going into a folder: answers true when it did something else. */
  readonly onOpenFolder?: (entry: LocalEntry) => boolean;
  readonly actions?: (entry: LocalEntry) => ReactNode;
  /** The list takes the focus when a folder is shown; not where it is one part of a view among others. */
  readonly takesFocus?: boolean;
}

const placeIcons = {
  home: House,
  desktop: Monitor,
  documents: FileText,
  downloads: Download,
  pictures: Image,
  received: Inbox,
  root: HardDrive,
  drive: HardDrive,
} as const satisfies Record<Place['kind'], unknown>;

export const LocalBrowser = ({
  kind,
  start,
  onFolder,
  onChoose,
  onFile,
  onOpenFolder,
  actions,
  takesFocus = true,
}: LocalBrowserProps) => {
  const text = useText(filesText);
  const common = useText(commonText);
  const format = useFormat();
  const language = useLanguage();
  const { places, folder, fault, isLoading, open, openPath, makeFolder } = useLocalFolders(start);
  const [showsHidden, setShowsHidden] = useState(false);
  const [typing, setTyping] = useState<'path' | 'folder'>();

  useEffect(() => {
    if (folder === undefined) return;
    onFolder?.(folder);
    onChoose?.([]);
    // Tells of a new folder, not of new listeners.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [folder]);

  const entries = useMemo(
    () => new Map((folder?.entries ?? []).map((entry) => [entry.ref, entry] as const)),
    [folder],
  );
  const rows = useMemo(
    () =>
      [...entries.values()]
        .filter((entry) => (showsHidden || !entry.isHidden) && entry.kind !== 'other')
        .map((entry) => ({
          id: entry.ref,
          name: entry.name,
          kind: entry.kind,
          size: entry.size,
          mtimeMs: entry.mtimeMs,
          disabled: kind === 'folder' && entry.kind !== 'folder',
        })),
    [entries, showsHidden, kind],
  );
  const parent = folder?.crumbs.at(-2);

  return (
    <div className="files">
      <nav className="files-places" aria-label={text.places} onKeyDown={rovingKeys('button', 'both')}>
        {places.map((place, index) => {
          const Icon = placeIcons[place.kind];
          const isCurrent = place.ref === folder?.ref;
          const hasCurrent = places.some(({ ref }) => ref === folder?.ref);
          return (
            <button
              key={place.ref}
              type="button"
              className="files-place"
              aria-current={isCurrent || undefined}
              tabIndex={isCurrent || (!hasCurrent && index === 0) ? 0 : -1}
              onClick={() => open(place.ref)}
            >
              <Icon size={15} strokeWidth={1.6} aria-hidden />
              {place.kind === 'drive' ? (
                <Name of={place.name} />
              ) : (
                <span className="clip">{text.place[place.kind]}</span>
              )}
            </button>
          );
        })}
      </nav>
      <div className="files-main">
        <div className="files-bar">
          <IconButton
            small
            icon={CornerLeftUp}
            label={text.up}
            disabled={parent === undefined}
            onClick={() => parent !== undefined && open(parent.ref)}
          />
          <Breadcrumbs
            parts={(folder?.crumbs ?? []).map(({ ref, name }) => ({ key: ref, name, go: () => open(ref) }))}
          />
          <IconButton
            small
            icon={PenLine}
            label={text.typePath}
            pressed={typing === 'path'}
            onClick={() => setTyping(typing === 'path' ? undefined : 'path')}
          />
          <IconButton
            small
            icon={FolderPlus}
            label={text.newFolder}
            disabled={folder?.isWritable !== true}
            pressed={typing === 'folder'}
            onClick={() => setTyping(typing === 'folder' ? undefined : 'folder')}
          />
        </div>
        {typing === undefined ? null : (
          <TypedLine
            key={typing}
            label={typing === 'path' ? text.path : text.newFolderName}
            placeholder={typing === 'path' ? text.pathHint : ''}
            action={typing === 'path' ? text.go : text.make}
            start={typing === 'path' ? (folder?.shownPath ?? '') : ''}
            onDone={(typed) => {
              setTyping(undefined);
              if (typed === '') return;
              if (typing === 'path') openPath(typed, (ref) => onFile?.(ref));
              else makeFolder(typed);
            }}
          />
        )}
        {fault === undefined ? null : (
          <p className="files-fault" role="alert">
            {errorSentence(language, fault)}
          </p>
        )}
        {folder === undefined ? (
          <p className="quiet files-fault">{isLoading ? common.loading : ''}</p>
        ) : (
          <FileTable
            key={folder.ref}
            label={text.content}
            rows={rows}
            single={kind === 'folder'}
            autoFocus={takesFocus}
            onOpen={(row) => {
              const entry = entries.get(row.id);
              if (entry === undefined) return;
              if (entry.kind !== 'folder') onFile?.(entry.ref);
              else if (onOpenFolder?.(entry) !== true) open(entry.ref);
            }}
            {...(parent === undefined ? {} : { onUp: () => open(parent.ref) })}
            onChoose={(chosen) => onChoose?.(chosen.flatMap(({ id }) => entries.get(id) ?? []))}
            {...(actions === undefined
              ? {}
              : {
                  actions: (row) => {
                    const entry = entries.get(row.id);
                    return entry === undefined ? null : actions(entry);
                  },
                })}
            empty={<p className="quiet">{kind === 'folder' ? text.noFolders : text.emptyFolder}</p>}
          />
        )}
        <div className="files-foot">
          <Checkbox label={text.showHidden} checked={showsHidden} onChange={setShowsHidden} />
          {folder?.hiddenCount === undefined ? null : (
            <span className="ink-warn">{text.moreThere(format.number(folder.hiddenCount))}</span>
          )}
          {folder?.freeBytes === undefined ? null : (
            <span className="data faint line-end">{common.free(format.bytes(folder.freeBytes))}</span>
          )}
        </div>
      </div>
    </div>
  );
};

interface TypedLineProps {
  readonly label: string;
  readonly placeholder: string;
  readonly action: string;
  readonly start: string;
  readonly onDone: (typed: string) => void;
}

/** No form of its own: it may stand inside of one. */
const TypedLine = ({ label, placeholder, action, start, onDone }: TypedLineProps) => {
  const [typed, setTyped] = useState(start);
  return (
    <div className="files-typed">
      <TextField
        hideLabel
        data
        label={label}
        placeholder={placeholder}
        value={typed}
        ref={(input: HTMLInputElement | null) => input?.focus()}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          onDone(event.key === 'Enter' ? typed.trim() : '');
        }}
      />
      <Button onClick={() => onDone(typed.trim())}>{action}</Button>
    </div>
  );
};
