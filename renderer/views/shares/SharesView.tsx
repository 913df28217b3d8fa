/** The Shares view: what is shared and who uses it, beside the folders of this device, which a double click shares. */

import { ArrowRight, FolderTree, Plus, Share2 } from 'lucide-react';
import { useState } from 'react';

import type { LocalEntry, Ref } from '../../../shared/model/local.ts';
import { useAct, useReport } from '../../shell/act.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { EmptyState, View } from '../../components/View.tsx';
import { LocalBrowser } from '../../files/LocalBrowser.tsx';
import { usePick } from '../../files/pick.tsx';
import { useText } from '../../i18n/language.ts';
import { bridge } from '../../link/connect.ts';
import { useIds, useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import type { Dropped } from '../../upload/dropped.ts';
import { DropOverlay } from '../../upload/DropOverlay.tsx';
import { useDropTarget } from '../../upload/drop-target.ts';
import { ShareRow } from './ShareRow.tsx';
import { sharesText } from './text.ts';
import './shares.css';

export const SharesView = () => {
  const text = useText(sharesText);
  const act = useAct();
  const report = useReport();
  const pick = usePick();
  const toast = useWindow((state) => state.toast);
  const takesPaths = useSnapshot((snapshot) => snapshot.shell.droppedPaths);
  const ids = useIds('shares', (one, other) => one.name.localeCompare(other.name));
  const [latest, setLatest] = useState<string>();
  const [into, setInto] = useState<Ref>();

  const share = async (refs: readonly Ref[]): Promise<void> => {
    for (const ref of refs) {
      const added = await act('shares.add', { ref });
      if (added === undefined) return;
      setLatest(added.name);
      toast({ tone: 'ok', text: text.shared(added.name) });
    }
  };
  const dropped = async ({ files }: Dropped): Promise<void> => {
    const shell = bridge();
    if (shell === undefined || !takesPaths) return toast({ tone: 'plain', text: text.dropInBrowser });
    try {
      await share(await shell.grantsOf(files));
    } catch (thrown) {
      report(thrown);
    }
  };
  const drop = useDropTarget((what) => void dropped(what));

  return (
    <View
      fills
      title={text.title}
      detail={ids.length > 0 ? text.served(ids.length) : undefined}
      actions={
        <Button
          variant="solid"
          icon={Plus}
          onClick={() => void pick({ kind: 'folder', title: text.choose }).then(share)}
        >
          {text.shareFolder}
        </Button>
      }
    >
      <div className="shares" data-over={drop.isOver || undefined} {...drop.props}>
        <div className="shares-list">
          {ids.length === 0 ? (
            <EmptyState icon={FolderTree} title={text.noneTitle}>
              {text.none}
            </EmptyState>
          ) : (
            <ul aria-label={text.list}>
              {ids.map((id) => (
                <ShareRow key={id} id={id} isNew={id === latest} />
              ))}
            </ul>
          )}
        </div>
        <section className="shares-here" aria-label={text.here}>
          <header>
            <h2>{text.here}</h2>
            <p className="quiet">{text.hereHint}</p>
          </header>
          <LocalBrowser
            key={into}
            kind="folder"
            takesFocus={into !== undefined}
            {...(into === undefined ? {} : { start: into })}
            onOpenFolder={(entry) => {
              void share([entry.ref]);
              return true;
            }}
            actions={(entry) => <FolderActions entry={entry} onShare={share} onGo={setInto} />}
          />
        </section>
        {drop.isOver ? <DropOverlay>{text.dropHere}</DropOverlay> : null}
      </div>
    </View>
  );
};

const FolderActions = ({
  entry,
  onShare,
  onGo,
}: {
  readonly entry: LocalEntry;
  readonly onShare: (refs: readonly Ref[]) => Promise<void>;
  readonly onGo: (ref: Ref) => void;
}) => {
  const text = useText(sharesText);
  if (entry.kind !== 'folder') return null;
  return (
    <>
      <IconButton
        small
        icon={Share2}
        label={text.shareThis(entry.name)}
        onClick={() => void onShare([entry.ref])}
      />
      <IconButton small icon={ArrowRight} label={text.goInto(entry.name)} onClick={() => onGo(entry.ref)} />
    </>
  );
};
