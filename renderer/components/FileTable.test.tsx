import { screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { preparePage, show } from '../testing/render.tsx';
import { type FileRow, FileTable } from './FileTable.tsx';

preparePage();

const rows: readonly FileRow[] = [
  { id: '1', name: 'b10.txt', kind: 'file', size: 5, mtimeMs: 3 },
  { id: '2', name: 'b2.txt', kind: 'file', size: 9, mtimeMs: 1 },
  { id: '3', name: 'zoo', kind: 'folder' },
  { id: '4', name: 'a\u202e.txt', kind: 'file', size: 1, mtimeMs: 2 },
];

const names = (): readonly (string | undefined)[] =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => within(row).getAllByRole('gridcell')[0]?.textContent ?? undefined);

describe('a table of files', () => {
  it('puts folders first and numbers in names in their order; names are escaped', async () => {
    await show(<FileTable label="x" rows={rows} onOpen={() => undefined} />);
    expect(names()).toEqual(['zoo', 'a\\u{202e}.txt', 'b2.txt', 'b10.txt']);
  });

  it('is sorted by a column, then the other way round, and keeps what was chosen', async () => {
    const chosen: string[][] = [];
    const { user } = await show(
      <FileTable
        label="x"
        rows={rows}
        onOpen={() => undefined}
        onChoose={(all) => chosen.push(all.map(({ id }) => id))}
      />,
    );
    await user.click(screen.getByText('b2.txt'));
    expect(chosen.at(-1)).toEqual(['2']);
    await user.click(screen.getByRole('button', { name: 'Size' }));
    expect(names()).toEqual(['zoo', 'a\\u{202e}.txt', 'b10.txt', 'b2.txt']);
    await user.click(screen.getByRole('button', { name: 'Size' }));
    expect(names()).toEqual(['zoo', 'b2.txt', 'b10.txt', 'a\\u{202e}.txt']);
    expect(screen.getByRole('row', { selected: true }).textContent).toContain('b2.txt');
    expect(screen.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe('descending');
  });

  it('is used by keyboard: ranges, everything, opening, up, type-ahead', async () => {
    const onOpen = vi.fn<(row: FileRow) => void>();
    const onUp = vi.fn<() => void>();
    const chosen: string[][] = [];
    const { user } = await show(
      <FileTable
        label="x"
        rows={rows}
        autoFocus
        onOpen={onOpen}
        onUp={onUp}
        onChoose={(all) => chosen.push(all.map(({ id }) => id))}
      />,
    );
    await user.keyboard('{ArrowDown}{Shift>}{ArrowDown}{/Shift}');
    expect(chosen.at(-1)).toEqual(['4', '2']);
    await user.keyboard('{Control>}a{/Control}');
    expect(chosen.at(-1)).toEqual(['3', '4', '2', '1']);
    await user.keyboard('b1');
    expect(chosen.at(-1)).toEqual(['1']);
    await user.keyboard('{Enter}');
    expect(onOpen).toHaveBeenCalledWith(rows[0]);
    await user.keyboard('{Backspace}');
    expect(onUp).toHaveBeenCalledOnce();
  });

  it('does not choose or open what is disabled', async () => {
    const onOpen = vi.fn<(row: FileRow) => void>();
    const onChoose = vi.fn<(rows: readonly FileRow[]) => void>();
    const { user } = await show(
      <FileTable
        label="x"
        rows={[{ id: '1', name: 'x', kind: 'file', disabled: true }]}
        onOpen={onOpen}
        onChoose={onChoose}
      />,
    );
    await user.dblClick(screen.getByText('x'));
    expect(onOpen).not.toHaveBeenCalled();
    expect(onChoose).toHaveBeenLastCalledWith([]);
  });
});
