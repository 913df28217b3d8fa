/** An offer comes to the front: who, what, where to; accepted, in part or whole, or declined. Several stand in a queue. */

import { Download, FolderInput } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import type { Ref } from '../../shared/model/local.ts';
import type { OfferCard } from '../../shared/model/offer.ts';
import type { ConflictPolicy } from '../../shared/model/transfer.ts';
import { useReport } from '../shell/act.ts';
import { navigate } from '../shell/router.ts';
import { Avatar, shortId } from '../components/Avatar.tsx';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Select } from '../components/Field.tsx';
import { Name, TrustMark } from '../components/Text.tsx';
import { usePick } from '../files/pick.tsx';
import { commonText } from '../i18n/common.ts';
import { useFormat, useText } from '../i18n/language.ts';
import { useClient, useIds, useItem, useSnapshot } from '../store/engine.ts';
import { useWindow } from '../store/window.ts';
import { OfferTreeView } from './OfferTreeView.tsx';
import { takenOf, treeOf } from './offer-tree.ts';
import { receiveText } from './text.ts';
import { byAge, markAnswered, putOff, useWaiting } from './waiting.ts';
import './receive.css';

export const OfferDialog = () => {
  const text = useText(receiveText);
  const ids = useIds('offers', byAge);
  const later = useWaiting((state) => state.later);
  const answered = useWaiting((state) => state.answered);
  const queue = ids.filter((id) => !later.has(id) && !answered.has(id));
  const [current] = queue;
  const offer = useItem('offers', current ?? '');

  // One that goes without an answer from here was taken back, or answered in another window.
  const shown = useRef<OfferCard | undefined>(undefined);
  useEffect(() => {
    const before = shown.current;
    if (before !== undefined && !ids.includes(before.id) && !useWaiting.getState().answered.has(before.id))
      useWindow.getState().toast({ tone: 'plain', text: text.withdrawn(displayName(before.peer.alias)) });
    shown.current = offer;
  }, [ids, offer, text]);

  return offer === undefined ? null : <OneOffer key={offer.id} offer={offer} more={queue.length - 1} />;
};

interface Place {
  /** Absent for the folder of the settings. */
  readonly dir?: Ref;
  readonly shownDir: string;
  readonly freeBytes?: number;
  readonly conflicts: readonly string[];
  readonly conflictCount: number;
}

const policies: readonly ConflictPolicy[] = ['rename', 'skip', 'overwrite'];
const shownConflicts = 3;

const OneOffer = ({ offer, more }: { readonly offer: OfferCard; readonly more: number }) => {
  const text = useText(receiveText);
  const common = useText(commonText);
  const format = useFormat();
  const client = useClient();
  const report = useReport();
  const pick = usePick();
  const { peer, totals } = offer;
  const hue = useSnapshot(
    (snapshot) => snapshot.devices[offer.peer.deviceId]?.hue ?? hueOf(offer.peer.deviceId),
  );
  const isListed = useSnapshot((snapshot) => peer.deviceId in snapshot.devices);
  const usual = useSnapshot((snapshot) => snapshot.settings.onConflict);
  const tree = useMemo(() => treeOf(offer), [offer]);
  const [except, setExcept] = useState<ReadonlySet<string>>(new Set());
  const [policy, setPolicy] = useState<ConflictPolicy>();
  const [chosenPlace, setPlace] = useState<Place>();
  const [isBusy, setBusy] = useState(false);

  const name = displayName(peer.alias);
  const warning =
    peer.trust === 'new' || peer.trust === 'unauthenticated' ? text.trustWarning[peer.trust] : undefined;
  const place: Place = chosenPlace ?? offer;
  const onConflict = policy ?? usual;
  const taken = takenOf(tree, except);
  const bytes = tree.isWhole ? taken.bytes : totals.bytes;
  const missing = place.freeBytes === undefined ? 0 : bytes - place.freeBytes;
  const isNothing =
    tree.roots.length > 0 &&
    offer.rootCount === tree.roots.length &&
    tree.roots.every(({ path }) => except.has(path));
  const all = `${common.files(totals.files)}, ${format.bytes(totals.bytes)}`;

  const changePlace = async (): Promise<void> => {
    const [dir] = await pick({ kind: 'folder', title: text.where });
    if (dir === undefined) return;
    try {
      setPlace({ dir, ...(await client.call('offers.check', { id: offer.id, dir })) });
    } catch (thrown) {
      report(thrown);
    }
  };

  const answer = async (isAccepted: boolean): Promise<void> => {
    setBusy(true);
    markAnswered(offer.id, true);
    try {
      if (isAccepted) {
        await client.call('offers.accept', {
          id: offer.id,
          onConflict,
          ...(place.dir === undefined ? {} : { dir: place.dir }),
          ...(except.size === 0 ? {} : { except: [...except] }),
        });
        useWindow.getState().toast({ tone: 'ok', text: text.accepted(name) });
      } else await client.call('offers.decline', { id: offer.id });
    } catch (thrown) {
      markAnswered(offer.id, false);
      setBusy(false);
      report(thrown);
    }
  };

  return (
    <Dialog
      width="wide"
      title={text.title(name)}
      onClose={() => putOff(offer.id)}
      footer={
        <>
          {more > 0 ? <span className="quiet">{text.oneOf(more)}</span> : null}
          <Button variant="ghost" className="offer-later" onClick={() => putOff(offer.id)}>
            {text.later}
          </Button>
          <Button busy={isBusy} onClick={() => void answer(false)}>
            {text.decline}
          </Button>
          <Button
            variant="solid"
            icon={Download}
            busy={isBusy}
            disabled={isNothing}
            onClick={() => void answer(true)}
          >
            {except.size === 0 ? text.accept : text.acceptPart}
          </Button>
        </>
      }
    >
      <div className="offer-peer">
        <Avatar id={peer.deviceId} hue={hue} />
        <div className="grow">
          <div className="line">
            <strong className="clip">
              <Name of={peer.alias} />
            </strong>
            <TrustMark trust={peer.trust} />
          </div>
          <span className="data faint">
            {peer.address} · {shortId(peer.deviceId)}
          </span>
        </div>
      </div>
      {warning === undefined ? null : (
        <p className="offer-warning">
          <span className="grow">{warning}</span>
          {peer.trust === 'new' && isListed ? (
            <Button
              small
              onClick={() => {
                putOff(offer.id);
                navigate('devices', [peer.deviceId]);
              }}
            >
              {text.compare}
            </Button>
          ) : null}
        </p>
      )}

      <section className="stack offer-what">
        <header className="line">
          <h3>{text.what}</h3>
          <span className="data line-end" role="status">
            {except.size === 0 || !tree.isWhole
              ? totals.complete
                ? all
                : common.atLeast(all)
              : text.takes(`${common.files(taken.files)}, ${format.bytes(taken.bytes)}`, all)}
          </span>
        </header>
        <OfferTreeView tree={tree} except={except} onChange={setExcept} />
        {tree.isWhole ? null : (
          <p className="faint">{totals.complete ? text.notAllShown : text.stillCounting}</p>
        )}
        {offer.rootCount > offer.roots.length ? (
          <p className="faint">{text.moreRoots(offer.rootCount - offer.roots.length)}</p>
        ) : null}
        {except.size > 0 && !tree.isWhole ? <p className="quiet">{text.leftOut(except.size)}</p> : null}
        {offer.renamed === undefined ? null : (
          <div className="offer-renamed">
            <p>
              <strong className="ink-warn">{text.renamed(offer.renamed.count)}</strong>{' '}
              <span className="quiet">{text.renamedMeaning}</span>
            </p>
            <p className="data faint">
              {format.list([
                ...offer.renamed.first.map(({ path, here }) => `${displayName(path)} → ${displayName(here)}`),
                ...(offer.renamed.count > offer.renamed.first.length
                  ? [common.moreNames(offer.renamed.count - offer.renamed.first.length)]
                  : []),
              ])}
            </p>
          </div>
        )}
        {offer.isResumed ? <p className="ink-received">{text.resumed}</p> : null}
      </section>

      <section className="stack">
        <h3>{text.where}</h3>
        <div className="line wrap">
          <FolderInput size={16} aria-hidden className="faint" />
          <span className="data offer-dir grow">{displayName(place.shownDir)}</span>
          {place.freeBytes === undefined ? null : (
            <span className="data faint">{common.free(format.bytes(place.freeBytes))}</span>
          )}
          <Button small onClick={() => void changePlace()}>
            {text.change}
          </Button>
        </div>
        {missing > 0 ? (
          <p className="ink-error" role="alert">
            {text.tooBig(format.bytes(missing))}
          </p>
        ) : null}
        {place.conflictCount === 0 ? null : (
          <div className="offer-conflicts">
            <p>
              <strong className="ink-warn">{text.conflicts(place.conflictCount)}</strong>{' '}
              <span className="quiet">
                {format.list([
                  ...place.conflicts.slice(0, shownConflicts).map(displayName),
                  ...(place.conflictCount > shownConflicts
                    ? [common.moreNames(place.conflictCount - shownConflicts)]
                    : []),
                ])}
              </span>
            </p>
            <Select
              hideLabel
              label={text.policy}
              value={onConflict}
              options={policies.map((value) => ({ value, label: text.policies[value] }))}
              onChange={setPolicy}
            />
          </div>
        )}
      </section>
    </Dialog>
  );
};

/** The hue of a device that is in no list comes from its id, so that it stays the same. */
const hueOf = (deviceId: string): number => (Number.parseInt(deviceId.slice(0, 4), 16) || 0) % 360;
