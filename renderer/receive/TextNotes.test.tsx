import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { devices, peerOf } from '../testing/fixture.ts';
import { preparePage, show } from '../testing/render.tsx';
import { linkOf, TextNotes } from './TextNotes.tsx';

preparePage();

const [studio] = devices;
const note = (text: string) => ({ t1: { id: 't1', peer: peerOf(studio ?? devices[0]!), text, atMs: 0 } });

describe('a received text', () => {
  it('is copied as it was sent, with one click', async () => {
    const { user } = await show(<TextNotes />, { snapshot: { texts: note('one\ntwo\u202e') } });
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    expect(screen.getByRole('listitem').textContent).toContain('one\ntwo\\u{202e}');
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(write).toHaveBeenCalledWith('one\ntwo\u202e');
  });

  it('is dismissed', async () => {
    const { host, user } = await show(<TextNotes />, { snapshot: { texts: note('x') } });
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(host.calls).toEqual([{ name: 'texts.dismiss', args: { id: 't1' } }]);
  });

  it.each([
    ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
    [' http://192.168.1.5:8080 ', 'http://192.168.1.5:8080/'],
    ['javascript:alert(1)', undefined],
    ['file:///etc/passwd', undefined],
    ['see https://example.org', undefined],
    ['https://example.org/\u202egnp', undefined],
  ])('%j is a link: %j', (text, link) => {
    expect(linkOf(text)).toBe(link);
  });
});
