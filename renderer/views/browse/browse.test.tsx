import { screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';

import { parseRoute } from '../../shell/router.ts';
import { failure } from '../../testing/fake-host.ts';
import { idOf } from '../../testing/fixture.ts';
import { remoteAnswers } from '../../testing/remote-answers.ts';
import { preparePage, show, type ShowOptions } from '../../testing/render.tsx';
import { type Intake, IntakeContext } from '../../upload/intake.ts';
import { BrowseView } from './BrowseView.tsx';
import { keepPin, parentOf, placeOf, stepsOf } from './place.ts';
import { dumpOf, previewKindOf, textOf } from './preview.ts';

preparePage();

const intake: Intake = {
  take: () => Promise.resolve({ items: [], unreadable: [] }),
  measure: () => Promise.resolve([]),
  used: () => {},
  forget: () => {},
};
const inWindow = (ui: ReactNode): ReactNode => (
  <IntakeContext.Provider value={intake}>{ui}</IntakeContext.Provider>
);
const at = (path: string): string =>
  `#/browse?device=${idOf(1)}${path === '' ? '' : `&path=${encodeURIComponent(path)}`}`;

const browse = async (path: string, answers: ShowOptions['answers'] = {}) => {
  location.hash = at(path);
  const shown = await show(inWindow(<BrowseView />), { answers: { ...remoteAnswers, ...answers } });
  await shown.settle();
  return shown;
};

const names = (): readonly string[] =>
  screen.getAllByRole('row').flatMap((row) => row.querySelector('.name')?.textContent ?? []);

describe('the address of the window', () => {
  it('names a device of the list or an address, and a path without slashes at its ends', () => {
    expect(placeOf(parseRoute('#/browse?device=ab&path=/a/b/'))).toMatchObject({
      at: { device: 'ab' },
      path: 'a/b',
    });
    expect(placeOf(parseRoute('#/browse?at=nas.local'))).toMatchObject({
      at: { address: 'nas.local' },
      path: '',
    });
    expect(placeOf(parseRoute('#/browse'))).toBeUndefined();
    expect(stepsOf('a/b/c')).toEqual(['a', 'a/b', 'a/b/c']);
    expect(parentOf('a/b')).toBe('a');
    expect(parentOf('a')).toBe('');
  });
});

describe('a preview', () => {
  it.each([
    ['a.PNG', 1_000, 'picture'],
    ['a.png', 90_000_000, 'bytes'],
    ['a.svg', 1_000, 'text'],
    ['README', 1_000, 'text'],
    ['a.md', 1_000, 'text'],
    ['a.wav', 1_000, 'bytes'],
  ] as const)('of %s with %i bytes is %s', (name, size, kind) => {
    expect(previewKindOf(name, size)).toBe(kind);
  });

  it('leaves out a character that the end of the range cut, and takes control characters for bytes', () => {
    const bytes = new TextEncoder().encode('水边');
    expect(textOf(bytes.subarray(0, 4))).toBe('水');
    expect(textOf(Uint8Array.of(0x41, 0, 0x42))).toBeUndefined();
    expect(textOf(Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc, 0xfb))).toBeUndefined();
  });

  it('dumps sixteen bytes a line', () => {
    const lines = dumpOf(new TextEncoder().encode('HXD1 is a frame, is it not?'));
    expect(lines[0]).toBe('00000000  48 58 44 31 20 69 73 20  61 20 66 72 61 6d 65 2c  HXD1 is a frame,');
    expect(lines).toHaveLength(2);
  });
});

describe('browsing', () => {
  it('lists the shares of a device, then folders', async () => {
    const { user, settle } = await browse('');
    expect(names()).toEqual(['films', 'inbox', 'recordings']);
    await user.dblClick(screen.getByText('recordings'));
    await settle();
    expect(names()).toContain('notes.md');
    expect(location.hash).toContain('path=recordings');
  });

  it('goes on until a folder is whole, and narrows what it shows', async () => {
    const { host, user, settle } = await browse('recordings', {
      'remote.list': ({ after }) => ({
        device: idOf(1),
        writable: false,
        entries: [
          {
            path: `recordings/${after === undefined ? 'a' : 'b'}`,
            name: after === undefined ? 'a' : 'b',
            kind: 'file',
          },
        ],
        more: after === undefined,
      }),
    });
    expect(names()).toEqual(['a', 'b']);
    expect(host.calls.filter(({ name }) => name === 'remote.list')).toHaveLength(2);
    await user.type(screen.getByRole('searchbox'), 'B');
    await settle();
    expect(names()).toEqual(['b']);
  });

  it('asks for a PIN, gives it with every call, and asks again when it was wrong', async () => {
    const given: (string | undefined)[] = [];
    const { user, settle } = await browse('inbox', {
      'remote.list': ({ pin }) => {
        given.push(pin);
        if (pin === undefined) throw failure('pin-required');
        if (pin !== '1234') throw failure('pin-wrong');
        return { device: idOf(1), writable: true, entries: [], more: false };
      },
    });
    await user.type(screen.getByLabelText('PIN'), '9{Enter}');
    await settle();
    expect(screen.getByRole('alert')).toBeTruthy();
    await user.clear(screen.getByLabelText('PIN'));
    await user.type(screen.getByLabelText('PIN'), '1234{Enter}');
    await settle();
    expect(screen.getByText('This folder is empty.')).toBeTruthy();
    expect(given).toEqual([undefined, '9', '1234']);
    const place = placeOf(parseRoute(at('inbox')));
    if (place !== undefined) keepPin(place, undefined);
  });

  it('takes a new key only when it is told to', async () => {
    const { host, user, settle } = await browse('films', {
      'remote.list': ({ acceptNewKey }) => {
        if (acceptNewKey !== true) throw failure('peer-key-changed');
        return { device: idOf(1), writable: false, entries: [], more: false };
      },
    });
    await user.click(screen.getByRole('button', { name: 'Take the new key' }));
    await settle();
    expect(host.calls.filter(({ name }) => name === 'remote.list').at(-1)?.args).toMatchObject({
      acceptNewKey: true,
    });
  });

  it('shows text by ranges, without downloading', async () => {
    const { host, user, settle } = await browse('recordings');
    await user.click(screen.getByText('notes.md'));
    await settle();
    expect(screen.getByText(/Field notes/u)).toBeTruthy();
    expect(host.calls.some(({ name }) => name === 'remote.get')).toBe(false);
  });
});

describe('a download', () => {
  it('is of the whole folder when nothing is chosen, else of what is chosen', async () => {
    const { host, user, settle } = await browse('recordings');
    await user.click(screen.getByRole('button', { name: 'Download the folder' }));
    expect(host.calls.at(-1)).toMatchObject({ name: 'remote.get', args: { paths: ['recordings'] } });
    await user.click(screen.getByText('dawn.wav'));
    await settle();
    await user.click(screen.getAllByRole('button', { name: 'Download' })[0] as HTMLElement);
    expect(host.calls.at(-1)).toMatchObject({ name: 'remote.get', args: { paths: ['recordings/dawn.wav'] } });
  });

  it('of a file starts by a double click', async () => {
    const { host, user } = await browse('recordings');
    await user.dblClick(screen.getByText('gulls.wav'));
    expect(host.calls).toContainEqual({
      name: 'remote.get',
      args: { at: { device: idOf(1) }, paths: ['recordings/gulls.wav'] },
    });
  });
});
