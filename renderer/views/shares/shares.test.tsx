import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { InterfaceAddress } from '../../../shared/model/device.ts';
import { previewAnswers } from '../../testing/answers.ts';
import { shares, snapshot } from '../../testing/fixture.ts';
import { preparePage, show, type ShowOptions } from '../../testing/render.tsx';
import { reachable } from './AddressDialog.tsx';
import { SharesView } from './SharesView.tsx';

preparePage();

const listed = Object.fromEntries(shares.map((share) => [share.name, share]));

const open = async (options: ShowOptions = {}) => {
  const shown = await show(<SharesView />, {
    snapshot: { shares: listed },
    ...options,
    answers: {
      ...previewAnswers,
      'shares.add': () => ({ name: 'Documents' }),
      'shares.update': () => ({}),
      'shares.remove': () => ({}),
      ...options.answers,
    },
  });
  await shown.settle();
  return shown;
};

const rowOf = (name: string): HTMLElement =>
  screen
    .getAllByRole('listitem')
    .find((row) => row.querySelector('.shares-name')?.textContent === name) as HTMLElement;

describe('a folder', () => {
  it('is shared at once by a double click, for reading', async () => {
    const { host, user } = await open();
    await user.dblClick(screen.getByText('Pictures'));
    expect(host.calls).toContainEqual({ name: 'shares.add', args: { ref: 'ref:Pictures' } });
  });

  it('is shared by Enter in the list, and by its button', async () => {
    const { host, user } = await open();
    await user.click(screen.getByText('Pictures'));
    await user.keyboard('{Enter}');
    await user.click(screen.getByRole('button', { name: 'Share Downloads' }));
    expect(host.calls.filter(({ name }) => name === 'shares.add').map(({ args }) => args)).toEqual([
      { ref: 'ref:Pictures' },
      { ref: 'ref:Downloads' },
    ]);
  });

  it('is gone into by its arrow without being shared', async () => {
    const { host, user, settle } = await open();
    await user.click(screen.getByRole('button', { name: 'Open Documents' }));
    await settle();
    expect(host.calls.some(({ name }) => name === 'shares.add')).toBe(false);
    expect(host.calls.at(-1)).toMatchObject({ name: 'files.list', args: { ref: 'ref:Documents' } });
  });
});

describe('a share', () => {
  it('tells who is there and what they look at', async () => {
    await open();
    const row = rowOf('photos');
    expect(within(row).getByText('studio')).toBeTruthy();
    expect(within(row).getByText('photos/2026/Iceland')).toBeTruthy();
  });

  it('stops by one click', async () => {
    const { host, user } = await open();
    await user.click(within(rowOf('inbox')).getByRole('button', { name: 'Stop sharing' }));
    expect(host.calls).toContainEqual({ name: 'shares.remove', args: { name: 'inbox' } });
  });

  it('asks for a PIN only once one was typed, and can do without it again', async () => {
    const { host, user } = await open();
    await user.click(within(rowOf('photos')).getByRole('button', { name: 'Options' }));
    await user.click(screen.getByRole('switch', { name: /Ask for a PIN/u }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByText(/Type a PIN/u)).toBeTruthy();
    await user.type(screen.getByLabelText('PIN'), '2468');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(host.calls.at(-1)).toEqual({
      name: 'shares.update',
      args: { name: 'photos', writable: false, pin: '2468' },
    });
    await user.click(within(rowOf('inbox')).getByRole('button', { name: 'Options' }));
    await user.click(screen.getByRole('switch', { name: /Ask for a PIN/u }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(host.calls.at(-1)?.args).toEqual({ name: 'inbox', writable: true, pin: null });
  });

  it('is reached by an address that is shown, drawn as a code, and put into a command', async () => {
    const { user } = await open();
    await user.click(within(rowOf('photos')).getByRole('button', { name: 'Address and QR code' }));
    expect(screen.getByText('192.168.1.10:18520/photos')).toBeTruthy();
    expect(screen.getByRole('img', { name: /QR code of 192\.168\.1\.10:18520\/photos/u })).toBeTruthy();
    expect(screen.getByText('hexdrop get 192.168.1.10:18520/photos')).toBeTruthy();
  });

  it('cannot be reached while nothing listens, and says so', async () => {
    const { listening: _, ...self } = snapshot.self;
    const { user } = await open({ snapshot: { shares: listed, self } });
    await user.click(within(rowOf('photos')).getByRole('button', { name: 'Address and QR code' }));
    expect(screen.getByText(/does not listen at the moment/u)).toBeTruthy();
  });

  it('cannot be reached without a network, and says so', async () => {
    const self = { ...snapshot.self, addresses: [] };
    const { user } = await open({ snapshot: { shares: listed, self } });
    await user.click(within(rowOf('photos')).getByRole('button', { name: 'Address and QR code' }));
    expect(screen.getByText(/is on no network/u)).toBeTruthy();
  });
});

it('the address to give away is that of a wire or Wi-Fi before that of a tunnel', () => {
  const address = (
    kind: InterfaceAddress['kind'],
    family: InterfaceAddress['family'] = 'IPv4',
  ): InterfaceAddress => ({
    address: kind,
    family,
    interfaceName: kind,
    kind,
    dialable: `${kind} ${family}`,
  });
  const shown = reachable([
    address('vpn'),
    address('virtual'),
    address('wifi', 'IPv6'),
    address('wifi'),
    address('ethernet'),
  ]);
  expect(shown.map(({ dialable }) => dialable)).toEqual([
    'ethernet IPv4',
    'wifi IPv4',
    'wifi IPv6',
    'vpn IPv4',
    'virtual IPv4',
  ]);
});
