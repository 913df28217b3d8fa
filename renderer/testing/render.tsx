/** Shows a piece of the window in a test, with a fake host behind a real client. */

import { act, cleanup, configure, render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach } from 'vitest';

import { createClient } from '../../shared/ipc/client.ts';
import type { Language } from '../../shared/model/settings.ts';
import type { Snapshot } from '../../shared/model/snapshot.ts';
import { LanguageContext } from '../i18n/language.ts';
import { TransferContext, followClient } from '../store/engine.ts';
import { closeDraft } from '../send/draft.ts';
import { makeIntake, IntakeContext } from '../upload/intake.ts';
import { PageUploads } from '../upload/page-uploads.ts';
import { useWaiting } from '../receive/waiting.ts';
import { useWindow } from '../store/window.ts';
import { type Answers, type FakeHost, fakeHost } from './fake-host.ts';
import { snapshot as fixture } from './fixture.ts';

export interface Shown {
  readonly host: FakeHost;
  readonly user: ReturnType<typeof userEvent.setup>;
  /** Lets messages on their way arrive and React show them. */
  readonly settle: () => Promise<void>;
}

export interface ShowOptions {
  readonly snapshot?: Partial<Snapshot>;
  readonly answers?: Answers;
  readonly language?: Language;
}

/** happy-dom has no layout: elements have this height, so that virtual lists show rows. */
const layoutHeight = 2_000;

/** What a test waits for comes, or the test fails: how soon is for the machine to say. */
configure({ asyncUtilTimeout: 15_000 });

/** Call once in a test file that uses `show`. */
export const preparePage = (): void => {
  beforeEach(() => {
    for (const name of ['offsetHeight', 'offsetWidth', 'clientHeight', 'clientWidth'])
      Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => layoutHeight });
    location.hash = '';
    useWindow.setState({ toasts: [], shortcutsOpen: false });
    useWaiting.setState({ later: new Set(), answered: new Set() });
    closeDraft();
  });
  afterEach(cleanup);
};

const settle = (): Promise<void> =>
  act(async () => {
    // A link's message is a microtask, a delta an animation frame.
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });

export const show = async (ui: ReactNode, options: ShowOptions = {}): Promise<Shown> => {
  const host = fakeHost({ ...fixture, ...options.snapshot }, options.answers);
  const { engine } = followClient(createClient({ connect: () => host.connect() }));
  await new Promise<void>((resolve) => {
    if (engine.client.snapshot !== undefined) resolve();
    else engine.client.subscribe(() => resolve());
  });
  const user = userEvent.setup();
  render(
    <TransferContext value={engine}>
      <LanguageContext value={options.language ?? 'en'}>
        <IntakeContext value={makeIntake(engine, new PageUploads(engine.client))}>{ui}</IntakeContext>
      </LanguageContext>
    </TransferContext>,
  );
  await settle();
  return { host, user, settle };
};
