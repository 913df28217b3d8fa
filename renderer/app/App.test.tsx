import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { createClient } from '../../shared/ipc/client.ts';
import { followClient } from '../store/engine.ts';
import { useDraft } from '../send/draft.ts';
import { type FakeHost, fakeHost } from '../testing/fake-host.ts';
import { snapshot } from '../testing/fixture.ts';
import { preparePage } from '../testing/render.tsx';
import { App } from './App.tsx';

preparePage();

const turn = (): Promise<void> =>
  act(async () => {
    for (let count = 0; count < 3; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });

const start = async (): Promise<FakeHost> => {
  const host = fakeHost(snapshot);
  const { engine } = followClient(createClient({ connect: () => host.connect() }));
  render(<App engine={engine} />);
  await turn();
  return host;
};

describe('the window', () => {
  it('goes to views by keys, and not while somebody types', async () => {
    const user = userEvent.setup();
    await start();
    await user.keyboard('6');
    await turn();
    expect(location.hash).toBe('#/settings');
    await user.keyboard('1/');
    await turn();
    await user.keyboard('23');
    expect(location.hash).toBe('#/devices');
    expect(document.activeElement).toHaveProperty('value', '23');
  });

  it('lists the shortcuts', async () => {
    const user = userEvent.setup();
    await start();
    await user.keyboard('?');
    expect(screen.getByRole('dialog', { name: 'Keyboard shortcuts' }).textContent).toContain(
      'Show this list',
    );
  });

  it('changes its language at once, for screen readers too', async () => {
    const host = await start();
    expect(document.documentElement.lang).toBe('en');
    host.change({ set: 'settings', value: { ...snapshot.settings, language: 'zh' } });
    await turn();
    expect(document.documentElement.lang).toBe('zh-CN');
    expect(screen.getByRole('navigation', { name: '视图' })).toBeTruthy();
  });

  it('says when the engine is lost, and keeps what it showed', async () => {
    const host = await start();
    host.breakLink();
    await turn();
    expect(screen.getAllByText(/No connection to the program/u).length).toBeGreaterThan(0);
    expect(screen.getByText('studio')).toBeTruthy();
  });

  it('opens the draft with what the program was opened with', async () => {
    const host = await start();
    host.tell('opened-with', {
      shared: [],
      toSend: [{ ref: 'r', name: 'x.txt', kind: 'file', files: 1, bytes: 3, complete: true }],
      links: [],
    });
    await turn();
    expect(useDraft.getState()).toMatchObject({ isOpen: true, items: [{ ref: 'r' }] });
    cleanup();
  });

  it('asks before it follows a link, and follows it on a yes alone', async () => {
    const host = await start();
    const links = [
      { address: '10.0.0.5:18520', path: 'photos/2024' },
      { address: '10.0.0.6', path: '' },
    ];
    host.tell('opened-with', { shared: [], toSend: [], links });
    await turn();
    const before = location.hash;
    const dialog = screen.getByRole('dialog', { name: 'Open a shared folder?' });
    expect(dialog.textContent).toContain('10.0.0.5:18520');
    expect(dialog.textContent).toContain('photos/2024');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(location.hash).toBe(before);
    expect(screen.getByRole('dialog').textContent).toContain('10.0.0.6');
    await userEvent.click(screen.getByRole('button', { name: 'Open' }));
    expect(location.hash).toBe('#/browse?at=10.0.0.6');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('sums the speed of what runs in each direction', async () => {
    await start();
    const status = screen.getByRole('contentinfo');
    expect(status.textContent).toContain('94.3 MB/s');
    expect(status.textContent).toContain('22.8 MB/s');
    expect(status.textContent).toContain('192.168.1.10:18520');
  });
});
