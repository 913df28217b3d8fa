import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { OfferCard } from '../../shared/model/offer.ts';
import { PickLayer } from '../files/pick.tsx';
import { previewAnswers } from '../testing/answers.ts';
import { failure } from '../testing/fake-host.ts';
import { offers } from '../testing/fixture.ts';
import { preparePage, show } from '../testing/render.tsx';
import { Toasts } from '../components/Toasts.tsx';
import { OfferDialog } from './OfferDialog.tsx';
import { OfferStrip } from './OfferStrip.tsx';

preparePage();

const [first] = offers as readonly [OfferCard];
const second: OfferCard = {
  ...first,
  id: 'f'.repeat(32),
  transferId: 'f'.repeat(32),
  atMs: first.atMs + 1,
  peer: { ...first.peer, alias: 'later\u202etxt' },
  conflicts: [],
  conflictCount: 0,
};
const both = { [first.id]: first, [second.id]: second };
const ui = (
  <>
    <OfferStrip />
    <OfferDialog />
    <PickLayer />
    <Toasts />
  </>
);
const button = (name: string) => screen.getByRole('button', { name });

describe('an offer', () => {
  it('says who, what and where to, and is accepted whole with the policy of the settings', async () => {
    const { host, user } = await show(ui, { snapshot: { offers: { [first.id]: first } } });
    const dialog = screen.getByRole('dialog');
    expect(dialog.textContent).toContain('Lea’s machine');
    expect(dialog.textContent).toContain('New device');
    expect(dialog.textContent).toContain('212 files, 4.73 GB');
    expect(dialog.textContent).toContain('128 GB free');
    expect(dialog.textContent).toContain('1 name is taken there notes.md');
    await user.click(button('Accept'));
    expect(host.calls).toEqual([{ name: 'offers.accept', args: { id: first.id, onConflict: 'rename' } }]);
  });

  it('says which names cannot be written here as sent', async () => {
    const renamed = { count: 3, first: [{ path: 'photos/12:30.jpg', here: '12‛：30.jpg' }] };
    await show(ui, { snapshot: { offers: { [first.id]: { ...first, renamed } } } });
    const dialog = screen.getByRole('dialog');
    expect(dialog.textContent).toContain('3 names cannot be written here as sent.');
    expect(dialog.textContent).toContain('photos/12:30.jpg → 12‛：30.jpg');
    expect(dialog.textContent).toContain('2 more');
  });

  it('is accepted in part: what is left out is said once', async () => {
    const { host, user } = await show(ui, { snapshot: { offers: { [first.id]: first } } });
    await user.click(screen.getByRole('checkbox', { name: 'Take field recordings/harbour/dawn.wav' }));
    await user.click(screen.getByRole('checkbox', { name: 'Take field recordings/harbour' }));
    await user.click(screen.getByRole('checkbox', { name: 'Take notes.md' }));
    await user.selectOptions(screen.getByRole('combobox'), 'overwrite');
    await user.click(button('Accept these'));
    expect(host.calls).toEqual([
      {
        name: 'offers.accept',
        args: { id: first.id, onConflict: 'overwrite', except: ['field recordings/harbour', 'notes.md'] },
      },
    ]);
  });

  it('cannot be accepted with nothing of it', async () => {
    const { user } = await show(ui, { snapshot: { offers: { [first.id]: first } } });
    for (const name of ['field recordings', 'notes.md', '封面.png'])
      await user.click(screen.getByRole('checkbox', { name: `Take ${name}` }));
    expect(button('Accept these').hasAttribute('disabled')).toBe(true);
  });

  it('goes to another folder, whose conflicts are looked up', async () => {
    const { host, user, settle } = await show(ui, {
      snapshot: { offers: { [first.id]: first } },
      answers: {
        ...previewAnswers,
        'offers.check': () => ({
          shownDir: '~/Elsewhere',
          freeBytes: 1_000,
          conflicts: [],
          conflictCount: 0,
        }),
      },
    });
    await user.click(button('Change…'));
    await settle();
    await user.click(screen.getByRole('button', { name: 'Choose “ada”' }));
    await settle();
    expect(screen.getByRole('dialog').textContent).toContain('~/Elsewhere');
    expect(screen.getByRole('alert').textContent).toContain('4.73 GB are missing there');
    await user.click(button('Accept'));
    expect(host.calls.at(-1)).toEqual({
      name: 'offers.accept',
      args: { id: first.id, onConflict: 'rename', dir: 'ref:home' },
    });
  });

  it('several stand in a queue, the oldest first; names are escaped', async () => {
    const { host, user, settle } = await show(ui, { snapshot: { offers: both } });
    expect(screen.getByRole('dialog').textContent).toContain('1 more offer waits');
    await user.click(button('Decline'));
    host.change({ drop: 'offers', id: first.id });
    await settle();
    expect(host.calls).toEqual([{ name: 'offers.decline', args: { id: first.id } }]);
    expect(screen.getByRole('heading', { level: 2 }).textContent).toContain('later\\u{202e}txt');
  });

  it('that is put off waits in a line, and comes back from there', async () => {
    const { host, user } = await show(ui, { snapshot: { offers: { [first.id]: first } } });
    await user.click(button('Decide later'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(host.calls).toEqual([]);
    await user.click(button('Show'));
    expect(screen.getByRole('dialog').textContent).toContain('Lea’s machine');
  });

  it('that is taken back goes, and a message says so', async () => {
    const { host, settle } = await show(ui, { snapshot: { offers: { [first.id]: first } } });
    host.change({ drop: 'offers', id: first.id });
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText('Lea’s machine took the offer back.')).toBeTruthy();
  });

  it('stays when the answer fails, and says why', async () => {
    const { user, settle } = await show(ui, {
      snapshot: { offers: { [first.id]: first } },
      answers: {
        'offers.accept': () => {
          throw failure('permission-denied');
        },
      },
    });
    await user.click(button('Accept'));
    await settle();
    expect(screen.getByRole('dialog')).toBeTruthy();
    expect(screen.getByText(/Check the permissions/u)).toBeTruthy();
  });

  it('is read in Chinese', async () => {
    await show(ui, { snapshot: { offers: { [first.id]: first } }, language: 'zh' });
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByRole('button', { name: '接受' })).toBeTruthy();
    expect(dialog.getByText('212 个文件, 4.73 GB')).toBeTruthy();
  });
});
