/**
 * How any view asks for files: `const pick = usePick(); const refs = await pick({ kind: 'folder' })`. The system's dialog
 * where the shell has one, else the FilePicker over whatever is shown. Empty when the person changed their mind.
 */

import { useCallback } from 'react';
import { create } from 'zustand';

import type { Ref } from '../../shared/model/local.ts';
import { useReport } from '../shell/act.ts';
import { useText } from '../i18n/language.ts';
import { bridge } from '../link/connect.ts';
import { useEngine } from '../store/engine.ts';
import { FilePicker } from './FilePicker.tsx';
import { filesText } from './text.ts';

export interface PickRequest {
  readonly kind: 'files' | 'folder';
  readonly title?: string;
}

interface OpenRequest extends PickRequest {
  readonly answer: (refs: readonly Ref[]) => void;
}

const useOpenRequest = create<{ readonly request: OpenRequest | undefined }>(() => ({ request: undefined }));

export const usePick = (): ((request: PickRequest) => Promise<readonly Ref[]>) => {
  const { store } = useEngine();
  const report = useReport();
  return useCallback(
    async (request) => {
      const shell = bridge();
      if (shell !== undefined && store.getState().snapshot?.shell.systemDialogs === true) {
        try {
          return await shell.pick(request.kind);
        } catch (thrown) {
          report(thrown);
          return [];
        }
      }
      return new Promise((resolve) => {
        useOpenRequest.getState().request?.answer([]);
        useOpenRequest.setState({
          request: {
            ...request,
            answer: (refs) => {
              useOpenRequest.setState({ request: undefined });
              resolve(refs);
            },
          },
        });
      });
    },
    [store, report],
  );
};

/** Shows what `usePick` asks for. Stands once in the window. */
export const PickLayer = () => {
  const text = useText(filesText);
  const request = useOpenRequest((state) => state.request);
  if (request === undefined) return null;
  return (
    <FilePicker
      kind={request.kind}
      title={request.title ?? (request.kind === 'files' ? text.chooseFiles : text.chooseFolder)}
      onPick={request.answer}
      onClose={() => request.answer([])}
    />
  );
};
