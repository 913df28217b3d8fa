/** A bar between two panes that moves by pointer and by arrow keys; where it was is kept in this browser. */

import type { KeyboardEvent, PointerEvent } from 'react';
import { useCallback, useState } from 'react';

import { followPointer } from '../list/scroller.ts';

const least = 0.15;
const most = 0.85;

const clamp = (share: number): number => Math.min(most, Math.max(least, share));

const kept = (key: string, usual: number): number => {
  const share = Number(localStorage.getItem(`inspector.${key}`) ?? Number.NaN);
  return Number.isFinite(share) && share > 0 ? clamp(share) : usual;
};

/** The share of the first pane, and how to change it. */
export const useShare = (key: string, usual: number): readonly [number, (share: number) => void] => {
  const [share, setShare] = useState(() => kept(key, usual));
  const set = useCallback(
    (next: number) => {
      const clamped = clamp(next);
      setShare(clamped);
      localStorage.setItem(`inspector.${key}`, clamped.toFixed(4));
    },
    [key],
  );
  return [share, set];
};

export interface SplitterProps {
  readonly label: string;
  /** Panes stand above each other, or side by side. */
  readonly of: 'rows' | 'columns';
  readonly share: number;
  readonly onChange: (share: number) => void;
}

export const Splitter = ({ label, of, share, onChange }: SplitterProps) => {
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const frame = event.currentTarget.parentElement?.getBoundingClientRect();
    if (event.button !== 0 || frame === undefined) return;
    event.preventDefault();
    followPointer(event.nativeEvent, event.currentTarget, (move) =>
      onChange(
        of === 'rows' ? (move.clientY - frame.top) / frame.height : (move.clientX - frame.left) / frame.width,
      ),
    );
  };
  const key = (event: KeyboardEvent): void => {
    const step =
      event.key === 'ArrowDown' || event.key === 'ArrowRight'
        ? 0.04
        : event.key === 'ArrowUp' || event.key === 'ArrowLeft'
          ? -0.04
          : 0;
    if (step === 0) return;
    event.preventDefault();
    onChange(share + step);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="inspector-splitter"
      role="separator"
      tabIndex={0}
      data-of={of}
      aria-label={label}
      aria-orientation={of === 'rows' ? 'horizontal' : 'vertical'}
      aria-valuemin={least * 100}
      aria-valuemax={most * 100}
      aria-valuenow={Math.round(share * 100)}
      onPointerDown={drag}
      onKeyDown={key}
    />
  );
};
