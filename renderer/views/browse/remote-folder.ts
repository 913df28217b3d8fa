/** The content of a folder of another device, a page at a time until it is whole or something else is shown. */

import { useCallback, useEffect, useState } from 'react';

import type { CallResult } from '../../../shared/ipc/contract/index.ts';
import { codeOf } from '../../i18n/errors.ts';
import { useClient } from '../../store/engine.ts';
import { keepPin, pinFor, type RemotePlace } from './place.ts';

export type RemoteEntry = CallResult<'remote.list'>['entries'][number];

/** More than a person looks through; a search narrows only what was read. */
const mostEntries = 100_000;

interface RemoteFolder {
  readonly entries: readonly RemoteEntry[];
  /** The card of the device, once it has answered. */
  readonly device: string | undefined;
  readonly isWritable: boolean;
  readonly isReading: boolean;
  /** Code of what went wrong. */
  readonly fault: string | undefined;
}

const unread: RemoteFolder = {
  entries: [],
  device: undefined,
  isWritable: false,
  isReading: true,
  fault: undefined,
};

export interface RemoteReader {
  readonly folder: RemoteFolder;
  readonly reload: (options?: { readonly acceptNewKey?: boolean }) => void;
  readonly unlock: (pin: string) => void;
}

interface Question {
  readonly place: RemotePlace;
  readonly acceptNewKey: boolean;
}

export const useRemoteFolder = (place: RemotePlace): RemoteReader => {
  const client = useClient();
  const [question, setQuestion] = useState<Question>({ place, acceptNewKey: false });
  const [folder, setFolder] = useState<RemoteFolder>(unread);
  const key = JSON.stringify([place.at, place.path]);
  const [shownKey, setShownKey] = useState(key);
  if (shownKey !== key) {
    setShownKey(key);
    setFolder({ ...unread, device: folder.device });
    setQuestion({ place, acceptNewKey: false });
  }

  useEffect(() => {
    const gone = new AbortController();
    const read = async (): Promise<void> => {
      const { at, path } = question.place;
      let entries: readonly RemoteEntry[] = [];
      let after: string | undefined;
      do {
        const page = await client.call(
          'remote.list',
          {
            at,
            path,
            ...pinFor(question.place),
            ...(after === undefined ? {} : { after }),
            ...(question.acceptNewKey ? { acceptNewKey: true } : {}),
          },
          { signal: gone.signal },
        );
        entries = [...entries, ...page.entries];
        after = page.more && entries.length < mostEntries ? page.entries.at(-1)?.name : undefined;
        setFolder({
          entries,
          device: page.device,
          isWritable: page.writable,
          isReading: after !== undefined,
          fault: undefined,
        });
      } while (after !== undefined);
    };
    read().catch((thrown: unknown) => {
      if (gone.signal.aborted) return;
      const fault = codeOf(thrown);
      if (fault === 'pin-wrong') keepPin(question.place, undefined);
      setFolder((now) => ({ ...now, entries: [], isReading: false, fault }));
    });
    return () => gone.abort();
  }, [client, question]);

  const reload = useCallback(
    ({ acceptNewKey = false } = {}) => {
      setFolder((now) => ({ ...now, isReading: true, fault: undefined }));
      setQuestion({ place, acceptNewKey });
    },
    // The place is known by what is in it.
    // oxlint-disable-next-line react/exhaustive-deps
    [key],
  );
  const unlock = useCallback(
    (pin: string) => {
      keepPin(place, pin);
      reload();
    },
    // oxlint-disable-next-line react/exhaustive-deps
    [key, reload],
  );
  return { folder, reload, unlock };
};
