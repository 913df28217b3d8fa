import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { snapshot } from '../../testing/fixture.ts';
import { preparePage, show } from '../../testing/render.tsx';
import { SettingsView } from './SettingsView.tsx';
import { aliasOf, limitOf, portOf, shownLimit } from './values.ts';

preparePage();

const answers = { 'settings.update': () => snapshot.settings, 'program.quit': () => ({}) };

describe('what is typed', () => {
  it.each([
    ['18520', 18_520],
    ['0', undefined],
    ['65536', undefined],
    ['8o', undefined],
    ['', undefined],
  ])('%j as a port is %s', (typed, port) => {
    expect(portOf(typed)).toBe(port);
  });

  it.each([
    ['', { limit: null }],
    ['2.5', { limit: 2_500_000 }],
    ['2,5', { limit: 2_500_000 }],
    ['0', undefined],
    ['-1', undefined],
    ['fast', undefined],
  ])('%j as a limit is %j', (typed, limit) => {
    expect(limitOf(typed)).toEqual(limit);
  });

  it('reads again as it is shown', () => {
    for (const limit of [null, 1_024, 2_500_000, 125_000_000]) {
      const again = limitOf(shownLimit(limit))?.limit;
      expect(Math.abs((again ?? 0) - (limit ?? 0))).toBeLessThan(100);
    }
  });

  it('a name has 1 to 64 characters, however many bytes', () => {
    expect(aliasOf('书房')).toBe('书房');
    expect(aliasOf('')).toBeUndefined();
    expect(aliasOf('👍'.repeat(64))).toBeDefined();
    expect(aliasOf('x'.repeat(65))).toBeUndefined();
  });
});

describe('a setting', () => {
  it('is kept by Enter or by leaving the field, and given up by Esc', async () => {
    const { host, user } = await show(<SettingsView />, { answers });
    const name = screen.getByLabelText('Name that others see');
    await user.clear(name);
    await user.type(name, 'kitchen{Enter}');
    expect(host.calls).toContainEqual({ name: 'settings.update', args: { alias: 'kitchen' } });
    const port = screen.getByLabelText('Port');
    await user.clear(port);
    await user.type(port, '4000{Escape}');
    await user.tab();
    expect(host.calls.some(({ args }) => 'port' in (args as object))).toBe(false);
  });

  it('that is wrong is said to be so and not kept', async () => {
    const { host, user } = await show(<SettingsView />, { answers });
    const port = screen.getByLabelText('Port');
    await user.clear(port);
    await user.type(port, '99999{Enter}');
    expect(screen.getByText('A port is a whole number from 1 to 65535.')).toBeTruthy();
    expect(host.calls).toEqual([]);
  });

  it('takes effect at once when it is switched or chosen', async () => {
    const { host, user } = await show(<SettingsView />, { answers });
    await user.click(screen.getByRole('switch', { name: /Take connections without encryption/u }));
    await user.selectOptions(screen.getByLabelText('Language'), 'zh');
    expect(host.calls.map(({ args }) => args)).toEqual([{ allowPlain: true }, { language: 'zh' }]);
  });

  it('of the system is not shown where the shell cannot do it', async () => {
    await show(<SettingsView />, { snapshot: { shell: { ...snapshot.shell, startWithSystem: false } } });
    expect(screen.queryByRole('switch', { name: 'Start with the system' })).toBeNull();
  });
});

describe('this device', () => {
  it('says that another port had to be taken, and that nothing listens', async () => {
    const self = { ...snapshot.self, wishedPort: 18_520, listening: { host: '0.0.0.0', port: 18_521 } };
    const shown = await show(<SettingsView />, { snapshot: { self } });
    expect(screen.getByText(/18521 is used/u)).toBeTruthy();
    const { listening: _, ...silent } = self;
    shown.host.change({ set: 'self', value: { ...silent, listenError: 'permission-denied' } });
    await shown.settle();
    expect(screen.getByText('Not listening')).toBeTruthy();
  });

  it('asks for a newer version when somebody says so, and is not set to by itself', async () => {
    const release = { version: '9.0.0', url: 'https://github.com/x/y/releases/tag/v9.0.0', isNewer: true };
    const { host, user, settle } = await show(<SettingsView />, {
      answers: { ...answers, 'program.latestRelease': () => release },
    });
    screen.getByRole('switch', { name: /Look for new versions/u, checked: false });
    expect(host.calls).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Look now' }));
    await settle();
    expect(screen.getByText(`Version 9.0.0 is published: ${release.url}`)).toBeTruthy();
  });

  it('quits only after a question, which says that transfers stop', async () => {
    const { host, user } = await show(<SettingsView />, { answers });
    await user.click(screen.getByRole('button', { name: 'Quit Hexdrop' }));
    const dialog = screen.getByRole('dialog');
    expect(within(dialog).getByText(/Transfers are running/u)).toBeTruthy();
    await user.click(within(dialog).getByRole('button', { name: 'Quit Hexdrop' }));
    expect(host.calls).toContainEqual({ name: 'program.quit', args: { force: true } });
  });
});
