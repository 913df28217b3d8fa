/**
 * Turns dropped, pasted or picked files into refs that the engine understands: grants in the desktop shell, streamed trees
 * in a browser.
 */

import { createContext, useContext, useEffect, useState } from 'react';

import type { Client } from '../../shared/ipc/client.ts';
import type { PickedItem, Ref } from '../../shared/model/local.ts';
import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { bridge } from '../link/connect.ts';
import type { Engine } from '../store/engine.ts';
import type { Dropped } from './dropped.ts';
import { PageUploads, type TellOptions } from './page-uploads.ts';
import { walkEntries, walkFiles, type WalkReport } from './walk.ts';

interface Taken {
  readonly items: readonly PickedItem[];
  /** What the browser would not let read, or what has no place on the disk. */
  readonly unreadable: readonly string[];
}

export interface Intake {
  take(dropped: Pick<Dropped, 'entries' | 'files'>, options?: TellOptions): Promise<Taken>;
  /** Sizes of what was picked in the engine's own file browser. */
  measure(refs: readonly Ref[]): Promise<readonly PickedItem[]>;
  used(refs: readonly Ref[], transfer: string): void;
  forget(ref: Ref): void;
}

const measure = async (client: Client, refs: readonly Ref[]): Promise<readonly PickedItem[]> =>
  refs.length === 0 ? [] : (await client.call('files.measure', { refs: [...refs] })).items;

/** Names of files that the system knows no place of. */
const withoutPath = async (shell: HexdropBridge, files: readonly File[]): Promise<readonly string[]> => {
  const refs = await Promise.all(files.map((file) => shell.grantsOf([file])));
  return files.filter((_, index) => refs[index]?.length === 0).map(({ name }) => name);
};

export const makeIntake = ({ client, store }: Engine, uploads: PageUploads): Intake => ({
  take: async ({ entries, files }, options) => {
    const shell = bridge();
    if (shell !== undefined && store.getState().snapshot?.shell.droppedPaths === true) {
      const refs = await shell.grantsOf(files);
      // A picture from the clipboard has no path: it is streamed like in a browser.
      if (refs.length > 0)
        return {
          items: await measure(client, refs),
          unreadable: refs.length === files.length ? [] : await withoutPath(shell, files),
        };
    }
    const report: WalkReport = { unreadable: [] };
    const batches = entries.length > 0 ? walkEntries(entries, report) : walkFiles(files, report);
    const items = await uploads.tell(batches, options);
    return { items, unreadable: report.unreadable };
  },
  measure: (refs) => measure(client, refs),
  used: (refs, transfer) => uploads.used(refs, transfer),
  forget: (ref) => uploads.forget(ref),
});

export const IntakeContext = createContext<Intake | undefined>(undefined);

export const useIntake = (): Intake => {
  const intake = useContext(IntakeContext);
  if (intake === undefined) throw new Error('No intake around this component.');
  return intake;
};

/** One for the window, as long as it lives. Asks before the page is left while the engine needs its files. */
export const useWindowIntake = (engine: Engine): Intake => {
  const [{ uploads, intake }] = useState(() => {
    const made = new PageUploads(engine.client);
    return { uploads: made, intake: makeIntake(engine, made) };
  });
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent): void => {
      // The desktop shell asks by itself, and would not close at all.
      if (uploads.isNeeded && bridge() === undefined) event.preventDefault();
    };
    const onGone = (event: PageTransitionEvent): void => {
      if (!event.persisted) uploads.leave();
    };
    addEventListener('beforeunload', onLeave);
    addEventListener('pagehide', onGone);
    return () => {
      removeEventListener('beforeunload', onLeave);
      removeEventListener('pagehide', onGone);
    };
  }, [uploads]);
  return intake;
};
