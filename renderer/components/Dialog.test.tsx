import { act } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';

import { preparePage, show } from '../testing/render.tsx';
import { Dialog } from './Dialog.tsx';

preparePage();

let setOpen: (isOpen: boolean) => void;
let setButton: (isThere: boolean) => void;

const Page = () => {
  const [isOpen, open] = useState(false);
  const [isThere, put] = useState(true);
  setOpen = open;
  setButton = put;
  return (
    <main id="main" tabIndex={-1}>
      {isThere ? <button type="button">before</button> : null}
      {isOpen ? (
        <Dialog title="Question" onClose={() => open(false)}>
          text
        </Dialog>
      ) : null}
    </main>
  );
};

const focusedText = (): string | null | undefined => document.activeElement?.textContent;

describe('a dialog that closes', () => {
  it('gives the focus back to what had it', async () => {
    await show(<Page />);
    document.querySelector('button')?.focus();
    act(() => setOpen(true));
    expect(focusedText()).toBe('Question');
    act(() => setOpen(false));
    expect(focusedText()).toBe('before');
  });

  it('gives it to the view when nothing had it, as for an offer that comes by itself', async () => {
    await show(<Page />);
    act(() => setOpen(true));
    act(() => setOpen(false));
    expect(document.activeElement?.id).toBe('main');
  });

  it('gives it to the view when what had it is gone', async () => {
    await show(<Page />);
    document.querySelector('button')?.focus();
    act(() => setOpen(true));
    act(() => setButton(false));
    act(() => setOpen(false));
    expect(document.activeElement?.id).toBe('main');
  });
});
