/** What is in the chosen file, read by ranges: a picture, text, or its first bytes. */

import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';

import { displayName } from '../../../shared/model/display-name.ts';
import { Button } from '../../components/Button.tsx';
import { Name } from '../../components/Text.tsx';
import { commonText } from '../../i18n/common.ts';
import { codeOf, errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { useClient } from '../../store/engine.ts';
import type { RemotePlace } from './place.ts';
import {
  dumpOf,
  mostPictureBytes,
  mostTextBytes,
  pictureTypeOf,
  previewKindOf,
  readStart,
  shownBytes,
  textOf,
} from './preview.ts';
import type { RemoteEntry } from './remote-folder.ts';
import { browseText } from './text.ts';

type Shown =
  | { readonly kind: 'picture'; readonly address: string }
  | { readonly kind: 'text'; readonly text: string; readonly isWhole: boolean }
  | { readonly kind: 'bytes'; readonly lines: readonly string[] }
  | { readonly kind: 'fault'; readonly code: string };

export interface PreviewProps {
  readonly place: RemotePlace;
  readonly chosen: readonly RemoteEntry[];
  readonly onDownload: () => void;
}

export const Preview = ({ place, chosen, onDownload }: PreviewProps) => {
  const text = useText(browseText);
  const f = useFormat();
  const [entry] = chosen;
  const bytes = chosen.reduce((sum, { size = 0 }) => sum + size, 0);
  return (
    <aside className="browse-preview" aria-label={text.preview} data-empty={entry === undefined || undefined}>
      {entry === undefined ? (
        <p className="faint browse-hint">{text.choosePreview}</p>
      ) : (
        <>
          <header className="browse-preview-head">
            <h2>{chosen.length > 1 ? text.manyChosen(chosen.length) : <Name of={entry.name} />}</h2>
            <p className="data quiet">
              {bytes > 0 ? f.bytes(bytes) : ''}
              {chosen.length === 1 && entry.mtime !== undefined ? `  ·  ${f.moment(entry.mtime / 1000)}` : ''}
            </p>
            <Button small icon={Download} onClick={onDownload}>
              {text.download}
            </Button>
          </header>
          {chosen.length === 1 && entry.kind === 'file' ? (
            <FilePreview key={entry.path} place={place} entry={entry} />
          ) : chosen.length === 1 ? (
            <p className="faint browse-hint">{text.folderChosen}</p>
          ) : null}
        </>
      )}
    </aside>
  );
};

const FilePreview = ({ place, entry }: { readonly place: RemotePlace; readonly entry: RemoteEntry }) => {
  const text = useText(browseText);
  const common = useText(commonText);
  const f = useFormat();
  const language = useLanguage();
  const shown = usePreview(place, entry);
  const size = entry.size ?? 0;
  if (shown === undefined) return <p className="quiet browse-hint">{common.loading}</p>;
  switch (shown.kind) {
    case 'picture':
      return (
        <img className="browse-picture" src={shown.address} alt={text.pictureOf(displayName(entry.name))} />
      );
    case 'text':
      return (
        <Dump note={shown.isWhole ? undefined : text.firstBytes(f.bytes(mostTextBytes))}>{shown.text}</Dump>
      );
    case 'bytes':
      return (
        <Dump
          hex
          note={
            pictureTypeOf(entry.name) !== undefined && size > mostPictureBytes
              ? text.tooLarge(f.bytes(size))
              : size > shownBytes
                ? text.firstBytes(f.bytes(shownBytes))
                : undefined
          }
        >
          {shown.lines.join('\n')}
        </Dump>
      );
    case 'fault':
      return (
        <p className="ink-error browse-hint" role="alert">
          {errorSentence(language, shown.code)}
        </p>
      );
  }
};

const Dump = ({
  hex = false,
  note,
  children,
}: {
  readonly hex?: boolean;
  readonly note?: string | undefined;
  readonly children: ReactNode;
}) => (
  <>
    {note === undefined ? null : <p className="label browse-note">{note}</p>}
    {/* It scrolls: the keyboard must reach it. */}
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <pre className="browse-text data selectable" data-hex={hex || undefined} tabIndex={0}>
      {children}
    </pre>
  </>
);

const usePreview = (place: RemotePlace, entry: RemoteEntry): Shown | undefined => {
  const client = useClient();
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    const gone = new AbortController();
    let address: string | undefined;
    const size = entry.size ?? 0;
    const read = (most: number): Promise<Uint8Array> =>
      readStart(client, place, entry.path, Math.max(1, most), gone.signal);
    const make = async (): Promise<Shown> => {
      const kind = previewKindOf(entry.name, size);
      if (kind === 'picture') {
        const bytes = await read(mostPictureBytes);
        const type = pictureTypeOf(entry.name) ?? '';
        address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
        return { kind, address };
      }
      const bytes = await read(kind === 'text' ? mostTextBytes : shownBytes);
      const text = kind === 'text' ? textOf(bytes) : undefined;
      return text === undefined
        ? { kind: 'bytes', lines: dumpOf(bytes.subarray(0, shownBytes)) }
        : { kind: 'text', text, isWhole: size <= mostTextBytes };
    };
    make().then(
      (made) => {
        if (!gone.signal.aborted) setShown(made);
        else if (address !== undefined) URL.revokeObjectURL(address);
      },
      (thrown: unknown) => {
        if (!gone.signal.aborted) setShown({ kind: 'fault', code: codeOf(thrown) });
      },
    );
    return () => {
      gone.abort();
      if (address !== undefined) URL.revokeObjectURL(address);
    };
  }, [client, entry, place]);
  return shown;
};
