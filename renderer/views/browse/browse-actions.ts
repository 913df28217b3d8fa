/** Downloads from and uploads into the folder that is shown. */

import { useCallback } from 'react';

import type { Ref } from '../../../shared/model/local.ts';
import { useAct, useReport } from '../../shell/act.ts';
import { navigate } from '../../shell/router.ts';
import { usePick } from '../../files/pick.tsx';
import { useText } from '../../i18n/language.ts';
import { useWindow } from '../../store/window.ts';
import type { Dropped } from '../../upload/dropped.ts';
import { useIntake } from '../../upload/intake.ts';
import { pinFor, type RemotePlace } from './place.ts';
import { browseText } from './text.ts';

export interface BrowseActions {
  download(paths: readonly string[], dir?: Ref): Promise<void>;
  downloadTo(paths: readonly string[]): Promise<void>;
  uploadPicked(): Promise<void>;
  uploadDropped(dropped: Dropped): Promise<void>;
}

export const useBrowseActions = (place: RemotePlace): BrowseActions => {
  const text = useText(browseText);
  const act = useAct();
  const report = useReport();
  const pick = usePick();
  const intake = useIntake();
  const toast = useWindow((state) => state.toast);

  const tell = useCallback(
    (said: string, id: string) =>
      toast({
        tone: 'ok',
        text: said,
        action: { label: text.show, run: () => navigate('transfers', [id]) },
      }),
    [text, toast],
  );
  const download = async (paths: readonly string[], dir?: Ref): Promise<void> => {
    const started = await act('remote.get', {
      at: place.at,
      paths: [...paths],
      ...(dir === undefined ? {} : { dir }),
      ...pinFor(place),
    });
    if (started !== undefined) tell(text.started(paths.length), started.id);
  };
  const upload = async (refs: readonly Ref[]): Promise<void> => {
    if (refs.length === 0) return;
    const started = await act('remote.put', {
      at: place.at,
      path: place.path,
      refs: [...refs],
      ...pinFor(place),
    });
    if (started === undefined) return;
    intake.used(refs, started.id);
    tell(text.uploading(refs.length), started.id);
  };
  return {
    download,
    downloadTo: async (paths) => {
      const [dir] = await pick({ kind: 'folder', title: text.chooseDir });
      if (dir !== undefined) await download(paths, dir);
    },
    uploadPicked: async () => upload(await pick({ kind: 'files', title: text.uploadFiles })),
    uploadDropped: async (dropped) => {
      try {
        const { items } = await intake.take(dropped);
        await upload(items.map(({ ref }) => ref));
      } catch (thrown) {
        report(thrown);
      }
    },
  };
};
