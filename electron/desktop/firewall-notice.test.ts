import { describe, expect, it } from 'vitest';

import { tellOfFirewall } from './firewall-notice.ts';
import type { NoticeOptions } from './firewall-notice.ts';
import { wordsFor } from './words.ts';

const shownFor = async (
  platform: NodeJS.Platform,
  isFirstStart: boolean,
  language: 'en' | 'zh' = 'en',
): Promise<readonly NoticeOptions[]> => {
  const shown: NoticeOptions[] = [];
  await tellOfFirewall({
    isFirstStart,
    platform,
    words: wordsFor(language, platform),
    show: async (options) => shown.push(options),
  });
  return shown;
};

describe('what the firewall of Windows will ask', () => {
  it('is said at the first start of a home, in the language of the person', async () => {
    expect(await shownFor('win32', true)).toMatchObject([
      { detail: expect.stringContaining('private networks') as string, buttons: ['Continue'] },
    ]);
    expect((await shownFor('win32', true, 'zh'))[0]?.detail).toContain('专用网络');
  });

  it('is not said again, and not where no such question is asked', async () => {
    expect(await shownFor('win32', false)).toEqual([]);
    expect(await shownFor('linux', true)).toEqual([]);
    expect(await shownFor('darwin', true)).toEqual([]);
  });

  it('holds up what comes next until it was read', async () => {
    let read = (): void => {};
    let isOver = false;
    const telling = tellOfFirewall({
      isFirstStart: true,
      platform: 'win32',
      words: wordsFor('en', 'win32'),
      show: () =>
        new Promise<void>((done) => {
          read = done;
        }),
    }).then(() => {
      isOver = true;
    });
    await new Promise((next) => setImmediate(next));
    expect(isOver).toBe(false);
    read();
    await telling;
  });
});
