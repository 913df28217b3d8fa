/** Loads a folder of the engine's machine, and goes from one to the next. */

import { useCallback, useEffect, useState } from 'react';

import type { LocalFolder, Place, Ref } from '../../shared/model/local.ts';
import { codeOf } from '../i18n/errors.ts';
import { useClient } from '../store/engine.ts';

export interface LocalFolders {
  readonly places: readonly Place[];
  /** The last one that could be read. */
  readonly folder: LocalFolder | undefined;
  /** A code: why the last step failed. */
  readonly fault: string | undefined;
  readonly isLoading: boolean;
  readonly open: (ref: Ref) => void;
  /** A typed path: a folder opens, of a file its folder does not; `onFile` gets its ref. */
  readonly openPath: (path: string, onFile: (ref: Ref) => void) => void;
  readonly makeFolder: (name: string) => void;
}

const firstPlaces = ['home', 'received', 'downloads', 'root', 'drive'] as const;

/** Starts in `start`, else at home. */
export const useLocalFolders = (start?: Ref): LocalFolders => {
  const client = useClient();
  const [places, setPlaces] = useState<readonly Place[]>([]);
  const [wanted, setWanted] = useState<{ readonly ref: Ref; readonly again: number } | undefined>(
    start === undefined ? undefined : { ref: start, again: 0 },
  );
  const [folder, setFolder] = useState<LocalFolder>();
  const [fault, setFault] = useState<string>();
  const [isLoading, setLoading] = useState(true);

  const open = useCallback((ref: Ref) => setWanted((last) => ({ ref, again: (last?.again ?? 0) + 1 })), []);

  useEffect(() => {
    const ending = new AbortController();
    client
      .call('files.places', {}, { signal: ending.signal })
      .then((answer) => {
        setPlaces(answer.places);
        const first = firstPlaces
          .map((kind) => answer.places.find((place) => place.kind === kind))
          .find((place) => place !== undefined);
        if (first !== undefined) setWanted((last) => last ?? { ref: first.ref, again: 0 });
      })
      .catch((thrown: unknown) => {
        if (!ending.signal.aborted) setFault(codeOf(thrown));
      });
    return () => ending.abort();
  }, [client]);

  useEffect(() => {
    if (wanted === undefined) return;
    const ending = new AbortController();
    setLoading(true);
    client
      .call('files.list', { ref: wanted.ref }, { signal: ending.signal })
      .then((read) => {
        setFolder(read);
        setFault(undefined);
        setLoading(false);
      })
      .catch((thrown: unknown) => {
        if (ending.signal.aborted) return;
        setFault(codeOf(thrown));
        setLoading(false);
      });
    return () => ending.abort();
  }, [client, wanted]);

  const openPath = (path: string, onFile: (ref: Ref) => void): void => {
    client
      .call('files.resolve', { path })
      .then(({ ref, kind }) => (kind === 'folder' ? open(ref) : onFile(ref)))
      .catch((thrown: unknown) => setFault(codeOf(thrown)));
  };

  const makeFolder = (name: string): void => {
    if (folder === undefined) return;
    client
      .call('files.makeFolder', { ref: folder.ref, name })
      .then(({ ref }) => open(ref))
      .catch((thrown: unknown) => setFault(codeOf(thrown)));
  };

  return { places, folder, fault, isLoading, open, openPath, makeFolder };
};
