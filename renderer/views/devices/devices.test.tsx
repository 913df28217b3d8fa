import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { Toasts } from '../../components/Toasts.tsx';
import { useDraft } from '../../send/draft.ts';
import { previewAnswers } from '../../testing/answers.ts';
import { failure } from '../../testing/fake-host.ts';
import { devices, emptySnapshot } from '../../testing/fixture.ts';
import { preparePage, show } from '../../testing/render.tsx';
import { DeviceDetails } from './DeviceDetails.tsx';
import { DevicesView } from './DevicesView.tsx';

preparePage();

const idOf = (alias: string): string => devices.find((device) => device.alias === alias)?.id ?? '';
const studio = idOf('studio');
const nas = idOf('nas');

describe('devices', () => {
  it('stand in two groups, who can be reached first', async () => {
    await show(<DevicesView />);
    const near = within(screen.getByRole('list', { name: 'On this network' }));
    expect(near.getAllByRole('link').map((link) => link.textContent)).toEqual([
      'studio',
      'Lea’s machine',
      '书房的笔记本',
      'nas',
    ]);
    const kept = within(screen.getByRole('list', { name: 'Known, not on the network now' }));
    expect(kept.getAllByRole('link').map((link) => link.textContent)).toEqual(['10.0.0.8']);
  });

  it('a device that comes appears, one that goes disappears', async () => {
    const { host, settle } = await show(<DevicesView />, { snapshot: { devices: {} } });
    expect(screen.getByText('Nobody here yet')).toBeTruthy();
    host.change({ put: 'devices', id: studio, value: devices[0]! });
    await settle();
    expect(screen.getByRole('link', { name: 'Details of studio' })).toBeTruthy();
    host.change({ drop: 'devices', id: studio });
    await settle();
    expect(screen.queryByRole('link')).toBeNull();
  });

  it('on the first start teach the first step, with the own addresses', async () => {
    await show(<DevicesView />, { snapshot: emptySnapshot });
    expect(screen.getByText('192.168.1.10:18520')).toBeTruthy();
  });

  it('a typed address is dialed, and leads to its device', async () => {
    const { host, user } = await show(<DevicesView />, { answers: previewAnswers });
    await user.type(screen.getByRole('textbox', { name: 'Address of a device' }), '10.0.0.8{Enter}');
    expect(host.calls).toEqual([{ name: 'devices.probe', args: { to: { address: '10.0.0.8' } } }]);
    expect(location.hash).toBe('#/devices/10.0.0.8%3A18520');
  });

  it('an address that does not answer says why, and can be examined', async () => {
    const { user, settle } = await show(<DevicesView />, {
      answers: {
        ...previewAnswers,
        'devices.probe': () => {
          throw failure('connection-refused');
        },
      },
    });
    await user.type(screen.getByRole('textbox', { name: 'Address of a device' }), 'nas.local{Enter}');
    await settle();
    expect(screen.getByRole('alert').textContent).toContain('Hexdrop does not run on it');
    await user.click(screen.getByRole('button', { name: 'Find out why' }));
    await user.click(screen.getByRole('button', { name: 'Examine the connection' }));
    await settle();
    expect(screen.getByText('A firewall on the other device drops the connection.')).toBeTruthy();
  });

  it('sending to one opens the draft for it', async () => {
    const { user } = await show(<DevicesView />);
    await user.click(screen.getByRole('button', { name: 'Send files to nas' }));
    expect(useDraft.getState()).toMatchObject({ isOpen: true, to: nas, tab: 'files' });
  });
});

describe('a device', () => {
  it('is verified when its words are the same', async () => {
    const { host, user, settle } = await show(<DeviceDetails id={nas} />, { answers: previewAnswers });
    await user.click(screen.getByRole('button', { name: 'Compare words' }));
    await settle();
    expect(screen.getByRole('list', { name: 'Words of this device' }).textContent).toContain('lantern');
    await user.click(screen.getByRole('button', { name: 'They are the same' }));
    expect(host.calls.at(-1)).toEqual({ name: 'devices.verify', args: { id: nas, on: true } });
  });

  it('whose words differ is not verified, and loses what it had', async () => {
    const { host, user, settle } = await show(<DeviceDetails id={studio} />, { answers: previewAnswers });
    await user.click(screen.getByRole('button', { name: 'Compare words' }));
    await settle();
    await user.click(screen.getByRole('button', { name: 'They differ' }));
    expect(screen.getByRole('alert').textContent).toContain('Send nothing to it');
    expect(host.calls.at(-1)).toEqual({ name: 'devices.verify', args: { id: studio, on: false } });
  });

  it('accepts without asking only when it is verified', async () => {
    await show(<DeviceDetails id={nas} />);
    expect(screen.getByRole('switch', { name: /without asking/u }).hasAttribute('disabled')).toBe(true);
  });

  it('is forgotten only after a question', async () => {
    const { host, user } = await show(
      <>
        <DeviceDetails id={nas} />
        <Toasts />
      </>,
    );
    await user.click(screen.getByRole('button', { name: 'Forget this device' }));
    expect(host.calls).toEqual([]);
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Forget this device' }));
    expect(host.calls).toEqual([{ name: 'devices.forget', args: { id: nas } }]);
    expect(screen.getByText('nas is forgotten.')).toBeTruthy();
  });
});
