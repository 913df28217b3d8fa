import { describe, expect, it } from 'vitest';

import { snapshot } from '../testing/fixture.ts';
import { preparePage, show } from '../testing/render.tsx';
import { useWindow } from '../store/window.ts';
import { useReleaseNotice } from './releases.ts';

preparePage();

const Noticing = () => {
  useReleaseNotice();
  return null;
};

const toldWith = async (
  checkReleases: boolean,
  isNewer: boolean,
): Promise<{ readonly asked: number; readonly toasts: readonly string[] }> => {
  const { host, settle } = await show(<Noticing />, {
    snapshot: { settings: { ...snapshot.settings, checkReleases } },
    answers: { 'program.latestRelease': () => ({ version: '9.0.0', url: 'https://x/', isNewer }) },
  });
  await settle();
  return { asked: host.calls.length, toasts: useWindow.getState().toasts.map(({ text }) => text) };
};

describe('a newer version', () => {
  it('is neither asked for nor told until a person allows it', async () => {
    expect(await toldWith(false, true)).toEqual({ asked: 0, toasts: [] });
  });

  it('is told when the window opens, where that is allowed', async () => {
    expect(await toldWith(true, true)).toEqual({
      asked: 1,
      toasts: ['Version 9.0.0 is published: https://x/'],
    });
  });

  it('that there is not is no news', async () => {
    expect(await toldWith(true, false)).toEqual({ asked: 1, toasts: [] });
  });
});
