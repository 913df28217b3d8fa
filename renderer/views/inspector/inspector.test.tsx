import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { captureAnswers } from '../../testing/capture-fixture.ts';
import { busyCapture } from '../../testing/capture-session.ts';
import { transfers } from '../../testing/fixture.ts';
import { preparePage, show, type ShowOptions } from '../../testing/render.tsx';
import { InspectorView } from './InspectorView.tsx';

preparePage();

const script = busyCapture();

const rowTexts = (): readonly string[] =>
  [...document.querySelectorAll<HTMLElement>('.inspector-layer > .inspector-row:not([hidden])')]
    .toSorted(
      (one, other) => Number(one.getAttribute('aria-rowindex')) - Number(other.getAttribute('aria-rowindex')),
    )
    .map((row) => row.textContent ?? '');

const rowOf = (number: number): HTMLElement => {
  const cell = [...document.querySelectorAll('.inspector-layer .inspector-number')].find(
    (each) => each.textContent === String(number),
  );
  return cell?.parentElement as HTMLElement;
};

const open = async (options: ShowOptions = {}) => {
  const shown = await show(<InspectorView />, { answers: captureAnswers(script), ...options });
  await waitFor(() => expect(rowTexts().length).toBeGreaterThan(0));
  return shown;
};

describe('the list', () => {
  it('shows every row with its number, and words for what it says', async () => {
    await open();
    await waitFor(() => expect(rowTexts()).toHaveLength(script.records.length));
    await waitFor(() => expect(rowTexts().join('\n')).toContain('page 0, 6 entries from 0, the last page'));
    expect(screen.getByRole('grid', { name: 'Frames' }).getAttribute('aria-rowcount')).toBe(
      String(script.records.length + 1),
    );
  });

  it('asks for heads of what is seen in one call, and never for a frame alone', async () => {
    const { host } = await open();
    await waitFor(() => expect(host.calls.some(({ name }) => name === 'capture.heads')).toBe(true));
    expect(host.calls.filter(({ name }) => name === 'capture.heads').length).toBeLessThan(4);
    expect(host.calls.filter(({ name }) => name === 'capture.records').length).toBeLessThan(4);
  });

  it('speaks Chinese', async () => {
    await open({ language: 'zh' });
    await waitFor(() => expect(rowTexts().join('\n')).toContain('第 0 页，从 0 起 6 项，最后一页'));
  });

  it('goes on to the end by key, and marks by key', async () => {
    const { user, settle } = await open();
    screen.getByRole('grid').focus();
    await user.keyboard('{End}');
    await settle();
    expect(rowOf(script.records.length).getAttribute('aria-selected')).toBe('true');
    await user.keyboard('m');
    await settle();
    expect(rowOf(script.records.length).dataset['marked']).toBe('');
  });
});

describe('following the end', () => {
  it('stops when a row is chosen by key, and goes on with the key that asks for the end', async () => {
    const { user } = await open();
    screen.getByRole('button', { name: 'Pause the list' });
    screen.getByRole('grid').focus();
    await user.keyboard('{ArrowDown}');
    await screen.findByRole('button', { name: 'Go on' });
    await user.keyboard('{End}');
    await screen.findByRole('button', { name: 'Pause the list' });
  });
});

describe('the filter', () => {
  it('narrows the list, keeps numbers, and stays in force while the next one is wrong', async () => {
    const { user, settle } = await open();
    const field = screen.getByRole('combobox', { name: 'Filter' });
    await user.type(field, 'type == ACK');
    await waitFor(() => expect(rowTexts()).toHaveLength(2));
    expect(rowTexts().every((text) => text.includes('ACK'))).toBe(true);
    await user.type(field, ' && nonsense');
    await user.keyboard('{Escape}');
    await settle();
    expect(rowTexts()).toHaveLength(2);
    expect(screen.getByRole('status').textContent).toContain('There is no such field.');
  });

  it('finds by bytes through the engine', async () => {
    const { user, host } = await open();
    await user.type(screen.getByRole('combobox', { name: 'Filter' }), 'text contains "gate code"');
    await waitFor(() => expect(rowTexts()).toHaveLength(1));
    expect(rowTexts()[0]).toContain('TEXT');
    expect(host.calls.some(({ name }) => name === 'capture.search')).toBe(true);
  });

  it('completes what is typed', async () => {
    const { user } = await open();
    await user.type(screen.getByRole('combobox', { name: 'Filter' }), 'typ');
    await user.keyboard('{Tab}=={Tab}');
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Filter' }).value).toMatch(/^type ==/u);
  });

  it('shows only the frames of the transfer in the address, lanes included', async () => {
    const id = transfers[0]?.id ?? '';
    location.hash = `#/inspector?transfer=${id}`;
    await open();
    const wanted = script.records.filter(
      ({ kind, id: of, connection }) => kind === 'frame' && of === 1 && connection < 3,
    );
    await waitFor(() => expect(rowTexts()).toHaveLength(wanted.length));
    expect(rowTexts().some((text) => text.includes('DATA'))).toBe(true);
  });

  it('says so when the capture has nothing of a transfer', async () => {
    location.hash = '#/inspector?transfer=ffffffffffffffffffffffffffffffff';
    const { user } = await show(<InspectorView />, { answers: captureAnswers(script) });
    await waitFor(() => expect(screen.getByText(/no frames of this transfer/u)).toBeTruthy());
    await user.click(screen.getByRole('button', { name: 'Show all frames' }));
    await waitFor(() => expect(rowTexts()).toHaveLength(script.records.length));
  });
});

describe('a frame', () => {
  it('is told as fields, and a field marks its bytes', async () => {
    const { user, settle } = await open();
    await user.click(rowOf(4));
    const tree = await screen.findByRole('tree', { name: 'Fields of the frame' });
    await user.click(within(tree).getByText('length'));
    await settle();
    expect(within(tree).getByRole('treeitem', { selected: true }).textContent).toContain('length');
    expect(document.querySelectorAll('.inspector-box-cursor').length).toBe(2);
    expect(screen.getByText(/Offset 4 \(0x4\), 4 bytes/u)).toBeTruthy();
  });

  it('says what is not kept instead of showing zeros', async () => {
    const { user, settle } = await open();
    const data = script.records.find(({ type, kind }) => kind === 'frame' && type === 0x27);
    await user.click(rowOf(data?.number ?? 0));
    await waitFor(() =>
      expect(document.querySelector('.inspector-hex-missing')?.textContent).toMatch(/not kept/u),
    );
    await settle();
    const shown = document.querySelectorAll('.inspector-hex-row:not([hidden], .inspector-hex-missing)');
    expect(shown).toHaveLength((16 + 256) / 16);
  });

  it('answers how long the OFFER waited for its ACCEPT', async () => {
    const { user } = await open();
    await user.click(rowOf(6));
    await user.click(screen.getByRole('tab', { name: 'Request' }));
    const wait = screen.getByRole('button', { name: /OFFER waited for ACCEPT/u });
    expect(wait.textContent).toContain('4.214 s');
  });

  it('tells which chunks brought it', async () => {
    const { user } = await open();
    const split = script.records.find(
      ({ chunkClass, connection }) => chunkClass === 'half' || (chunkClass === 'both' && connection === 3),
    );
    await user.click(rowOf(split?.number ?? 0));
    await user.click(screen.getByRole('tab', { name: 'Chunks' }));
    await screen.findByText(new RegExp(`Frame ${split?.number} came in \\d+ chunks`, 'u'));
    expect(document.querySelectorAll('.inspector-ribbon[data-chosen]').length).toBeGreaterThan(1);
  });

  it('leads from a note to its row', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('tab', { name: /Notes/u }));
    await user.click(await screen.findByRole('button', { name: /closed without BYE/u }));
    await waitFor(() =>
      expect(
        document.querySelector('.inspector-layer > .inspector-row[aria-selected=true]')?.textContent,
      ).toContain('CLOSE'),
    );
  });
});

describe('saving', () => {
  it('exports what the filter shows, as spans of records', async () => {
    const { user, host } = await open({
      answers: {
        ...captureAnswers(script),
        'capture.export': () => ({ name: 'x.pcapng', bytes: 4, packets: 2, missing: 0, exported: 'e1' }),
        'capture.exported': () => ({ bytes: Uint8Array.of(1, 2, 3, 4) }),
        'capture.dropExport': () => ({}),
      },
    });
    await user.type(screen.getByRole('combobox', { name: 'Filter' }), 'type == ACK');
    await waitFor(() => expect(rowTexts()).toHaveLength(2));
    await user.click(screen.getByRole('button', { name: 'Capture' }));
    await user.click(screen.getByRole('menuitem', { name: 'Save as pcapng…' }));
    await user.click(screen.getByRole('button', { name: 'Download' }));
    await waitFor(() => expect(host.calls.some(({ name }) => name === 'capture.dropExport')).toBe(true));
    const numbers = script.records
      .filter(({ kind, type }) => kind === 'frame' && type === 0x2c)
      .map(({ number }) => number);
    expect(host.calls.find(({ name }) => name === 'capture.export')?.args).toMatchObject({
      source: 'live',
      format: 'raw-ip',
      records: numbers.map((number) => [number, number]),
    });
  });
});
