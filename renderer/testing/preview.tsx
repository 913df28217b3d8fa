/**
 * The window over a fake host, to look at while building views; no part of the program. The query chooses:
 * `?lang=zh&theme=dark&state=busy|empty|offer|text|send#/transfers`.
 */

import { createRoot } from 'react-dom/client';

import { createClient } from '../../shared/ipc/client.ts';
import type { Snapshot } from '../../shared/model/snapshot.ts';
import { App } from '../app/App.tsx';
import { addItems, openDraft } from '../send/draft.ts';
import { followClient } from '../store/engine.ts';
import { previewAnswers } from './answers.ts';
import { captureAnswers } from './capture-fixture.ts';
import { millionAnswers } from './capture-million.ts';
import { busyCapture } from './capture-session.ts';
import { fakeHost } from './fake-host.ts';
import { devices, emptySnapshot, nowMs, offers, peerOf, snapshot } from './fixture.ts';

const query = new URLSearchParams(location.search);
const state = query.get('state') ?? 'busy';
const base = state === 'empty' ? emptySnapshot : snapshot;
const [studio] = devices;
const start: Snapshot = {
  ...base,
  settings: {
    ...base.settings,
    language: query.get('lang') === 'zh' ? 'zh' : 'en',
    theme: query.get('theme') === 'dark' ? 'dark' : 'light',
  },
  ...(state === 'offer' ? { offers: Object.fromEntries(offers.map((offer) => [offer.id, offer])) } : {}),
  ...(state === 'text' && studio !== undefined
    ? {
        texts: {
          t1: {
            id: 't1',
            peer: peerOf(studio),
            text: 'https://datatracker.ietf.org/doc/html/rfc9293\nSection 3.8 is what I meant.',
            atMs: nowMs - 20_000,
          },
        },
      }
    : {}),
};

// The fixture's clock, so that pictures are the same on each run.
Date.now = () => nowMs;

const host = fakeHost(start, {
  ...previewAnswers,
  ...(state === 'empty'
    ? {}
    : state === 'million'
      ? millionAnswers(busyCapture())
      : captureAnswers(busyCapture())),
});
const { engine } = followClient(createClient({ connect: () => host.connect() }));
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App engine={engine} />);
Object.assign(window, { host });

if (state === 'send' && studio !== undefined) {
  openDraft({ to: { device: studio.id } });
  addItems([
    { ref: 'r1', name: 'Iceland 2026', kind: 'folder', files: 1_284, bytes: 8_640_000_000, complete: true },
    { ref: 'r2', name: 'contract-final.pdf', kind: 'file', files: 1, bytes: 4_812_330, complete: true },
    { ref: 'r3', name: '照片备份', kind: 'folder', files: 100_000, bytes: 61_000_000_000, complete: false },
  ]);
}
