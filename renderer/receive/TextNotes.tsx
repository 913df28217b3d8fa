/** Texts that devices sent: copied with one click, then dismissed. */

import { Copy, ExternalLink, X } from 'lucide-react';
import { useState } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import type { TextNote } from '../../shared/model/text-note.ts';
import { useAct } from '../shell/act.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { copyText } from '../components/clipboard.ts';
import { Name, TrustMark } from '../components/Text.tsx';
import { commonText } from '../i18n/common.ts';
import { useFormat, useText } from '../i18n/language.ts';
import { useIds, useItem } from '../store/engine.ts';
import { receiveText } from './text.ts';
import './receive.css';

const latestFirst = (one: TextNote, other: TextNote): number => other.atMs - one.atMs;

/** Longer ones are cut until somebody wants to see the rest. */
const shownCharacters = 600;

/** A text that is nothing but a link to the web. Anything else is no link, whatever it looks like. */
export const linkOf = (text: string): string | undefined => {
  const trimmed = text.trim();
  if (!/^https?:\/\/\S+$/iu.test(trimmed) || displayName(trimmed) !== trimmed) return undefined;
  try {
    return new URL(trimmed).href;
  } catch {
    return undefined;
  }
};

export const TextNotes = () => {
  const text = useText(receiveText);
  const ids = useIds('texts', latestFirst);
  if (ids.length === 0) return null;
  return (
    <ul className="notes" aria-label={text.texts}>
      {ids.map((id) => (
        <OneNote key={id} id={id} />
      ))}
    </ul>
  );
};

const OneNote = ({ id }: { readonly id: string }) => {
  const text = useText(receiveText);
  const common = useText(commonText);
  const format = useFormat();
  const act = useAct();
  const note = useItem('texts', id);
  const [isWhole, setWhole] = useState(false);
  if (note === undefined) return null;
  const link = linkOf(note.text);
  const isLong = note.text.length > shownCharacters;
  // Line breaks stay; everything else that is not seen is escaped.
  const shown = (isLong && !isWhole ? `${note.text.slice(0, shownCharacters)}…` : note.text)
    .split(/\r?\n/u)
    .map((line) => displayName(line.replaceAll('\t', '    ')))
    .join('\n');
  return (
    <li className="note" aria-label={text.textFrom(displayName(note.peer.alias))}>
      <header className="line">
        <strong className="clip">
          <Name of={note.peer.alias} />
        </strong>
        <TrustMark trust={note.peer.trust} short />
        <span className="data faint">{format.moment(note.atMs)}</span>
        <IconButton
          small
          icon={X}
          className="line-end"
          label={text.dismissText}
          onClick={() => void act('texts.dismiss', { id })}
        />
      </header>
      <p className="note-text selectable">{shown}</p>
      <div className="line">
        <Button small variant="solid" icon={Copy} onClick={() => void copyText(note.text, common.copied)}>
          {text.copyText}
        </Button>
        {link === undefined ? null : (
          <a
            className="button"
            data-variant="plain"
            data-small
            href={link}
            target="_blank"
            rel="noreferrer noopener"
          >
            <ExternalLink size={13} strokeWidth={1.75} aria-hidden />
            {text.openLink}
          </a>
        )}
        {isLong ? (
          <Button small variant="ghost" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? text.showLess : text.showAll}
          </Button>
        ) : null}
      </div>
    </li>
  );
};
