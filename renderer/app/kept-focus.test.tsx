import { act, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';

import { preparePage } from '../testing/render.tsx';
import { useKeptFocus } from './kept-focus.ts';

preparePage();

const List = () => {
  useKeptFocus();
  const [names, setNames] = useState(['one', 'two', 'three']);
  return (
    <main id="main" tabIndex={-1}>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <span>{name}</span>
            <button type="button" onClick={() => setNames(names.filter((other) => other !== name))}>
              remove {name}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
};

const remove = async (name: string): Promise<void> => {
  const button = screen.getByRole('button', { name: `remove ${name}` });
  await act(async () => {
    button.focus();
    button.click();
    await Promise.resolve();
  });
};

describe('the focus of what is removed', () => {
  it('goes to what moved up, then to what stood before, then to the view', async () => {
    render(<List />);
    await remove('two');
    expect(document.activeElement?.textContent).toBe('remove three');
    await remove('three');
    expect(document.activeElement?.textContent).toBe('remove one');
    await remove('one');
    expect(document.activeElement?.id).toBe('main');
  });

  it('goes to no button of another view', async () => {
    const Views = () => {
      useKeptFocus();
      const [isNext, setNext] = useState(false);
      return (
        <main id="main" tabIndex={-1}>
          {isNext ? (
            <section>
              <button type="button">clear everything</button>
            </section>
          ) : (
            <div>
              <button type="button" onClick={() => setNext(true)}>
                next
              </button>
            </div>
          )}
        </main>
      );
    };
    render(<Views />);
    await act(async () => {
      screen.getByRole('button').focus();
      screen.getByRole('button').click();
      await Promise.resolve();
    });
    expect(document.activeElement?.id).toBe('main');
  });
});
