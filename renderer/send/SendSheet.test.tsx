import { act, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { PickedItem } from '../../shared/model/local.ts';
import { Toasts } from '../components/Toasts.tsx';
import { failure } from '../testing/fake-host.ts';
import { devices, snapshot } from '../testing/fixture.ts';
import { preparePage, show } from '../testing/render.tsx';
import { addItems, openDraft, useDraft } from './draft.ts';
import { SendSheet } from './SendSheet.tsx';

preparePage();

const [studio] = devices;
const id = studio?.id ?? '';
const item = (ref: string, files = 1, bytes = 1_000): PickedItem => ({
  ref,
  name: `${ref}.txt`,
  kind: 'file',
  files,
  bytes,
  complete: true,
});
const ui = (
  <>
    <SendSheet />
    <Toasts />
  </>
);
const sendButton = () => screen.getByRole('button', { name: 'Send' });
const started = { 'transfers.send': () => ({ id: 'a'.repeat(32) }) };

describe('the draft', () => {
  it('says what, how much and to whom, and sends what is left of it', async () => {
    const { host, user } = await show(ui, { answers: started });
    act(() => {
      openDraft({ to: { device: id } });
      addItems([item('one'), item('two', 2_000, 5_000_000), item('one')]);
    });
    expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Send to studio');
    expect(screen.getByText('2,001 files, 5.00 MB')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Leave out one.txt' }));
    await user.click(sendButton());
    expect(host.calls).toEqual([{ name: 'transfers.send', args: { to: { device: id }, refs: ['two'] } }]);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText(/Offered to studio/u)).toBeTruthy();
    expect(useDraft.getState().items).toEqual([]);
  });

  it('goes to a typed address', async () => {
    const { host, user } = await show(ui, { answers: started });
    act(() => {
      openDraft();
      addItems([item('one')]);
    });
    await user.click(screen.getByRole('radio', { name: 'Another address' }));
    await user.type(screen.getByRole('textbox', { name: 'Address' }), ' 192.168.1.9 ');
    await user.click(sendButton());
    expect(host.calls[0]?.args).toEqual({ to: { address: '192.168.1.9' }, refs: ['one'] });
  });

  it('asks for a receiver before anything is sent', async () => {
    const { host, user } = await show(ui);
    act(() => {
      openDraft();
      addItems([item('one')]);
    });
    await user.click(sendButton());
    expect(host.calls).toEqual([]);
    expect(screen.getByRole('alert').textContent).toBe('Choose a device or type an address.');
  });

  it('cannot be sent empty, nor while something is counted', async () => {
    await show(ui);
    act(() => openDraft({ to: { device: id } }));
    expect(sendButton().hasAttribute('disabled')).toBe(true);
    act(() => {
      addItems([item('one')]);
      useDraft.setState({ counting: [{ id: 1, files: 12, stop: () => undefined }] });
    });
    expect(sendButton().hasAttribute('disabled')).toBe(true);
    expect(screen.getByText('Counting: 12 files')).toBeTruthy();
  });

  it('sends a text', async () => {
    const { host, user } = await show(ui);
    act(() => openDraft({ to: { device: id }, tab: 'text' }));
    await user.type(screen.getByRole('textbox', { name: 'A note or a link' }), 'hello');
    await user.click(sendButton());
    expect(host.calls).toEqual([{ name: 'texts.send', args: { to: { device: id }, text: 'hello' } }]);
  });

  it('with a changed key asks, and sends only when the new key is accepted', async () => {
    const { host, user, settle } = await show(ui, {
      answers: {
        'transfers.send': ({ acceptNewKey }) => {
          if (acceptNewKey !== true) throw failure('peer-key-changed');
          return { id: 'a'.repeat(32) };
        },
      },
    });
    act(() => {
      openDraft({ to: { device: id } });
      addItems([item('one')]);
    });
    await user.click(sendButton());
    await settle();
    expect(screen.getByRole('alert').textContent).toContain('another key than before');
    await user.click(screen.getByRole('button', { name: 'Accept the new key and send' }));
    expect(host.calls.at(-1)?.args).toEqual({ to: { device: id }, refs: ['one'], acceptNewKey: true });
  });

  it('offers to send without encryption only where settings allow it', async () => {
    await show(ui);
    act(() => openDraft({ to: { device: id } }));
    expect(screen.queryByRole('checkbox', { name: /Without encryption/u })).toBeNull();
  });

  it('sends without encryption when that was chosen', async () => {
    const { host, user } = await show(ui, {
      answers: started,
      snapshot: { settings: { ...snapshot.settings, allowPlain: true } },
    });
    act(() => {
      openDraft({ to: { device: id } });
      addItems([item('one')]);
    });
    await user.click(screen.getByRole('checkbox', { name: /Without encryption/u }));
    await user.click(sendButton());
    expect(host.calls[0]?.args).toMatchObject({ plain: true });
  });
});
