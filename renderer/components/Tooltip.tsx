/**
 * One tooltip for the whole window: it shows `data-tip` (and the keys in `data-tip-keys`) of what the pointer rests on or
 * the focus is on. It only repeats what the accessible name says, so screen readers pass it by.
 */

import { useEffect, useRef } from 'react';

import './tooltip.css';

const restMs = 450;

export const TooltipLayer = () => {
  const tip = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shownFor: HTMLElement | null = null;
    const hide = (): void => {
      clearTimeout(timer);
      shownFor = null;
      const element = tip.current;
      if (element?.matches('[data-open]')) {
        element.removeAttribute('data-open');
        element.hidePopover?.();
      }
    };
    const show = (target: HTMLElement): void => {
      const element = tip.current;
      if (element === null || !target.isConnected) return;
      element.textContent = target.dataset['tip'] ?? '';
      if (target.dataset['tipKeys'] !== undefined) {
        const keys = document.createElement('kbd');
        keys.textContent = target.dataset['tipKeys'];
        element.append(keys);
      }
      // In the top layer, so that it stands over an open dialog.
      element.showPopover?.();
      element.setAttribute('data-open', '');
      const at = target.getBoundingClientRect();
      const { width, height } = element.getBoundingClientRect();
      const onRight = target.closest('[data-tips=right]') !== null && at.right + width + 12 < innerWidth;
      const left = onRight ? at.right + 8 : at.left + at.width / 2 - width / 2;
      const below = at.bottom + height + 12 < innerHeight;
      const top = onRight ? at.top + at.height / 2 - height / 2 : below ? at.bottom + 6 : at.top - height - 6;
      element.style.left = `${Math.max(6, Math.min(left, innerWidth - width - 6))}px`;
      element.style.top = `${Math.max(6, top)}px`;
    };
    const consider = (event: Event, delayMs: number): void => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
      if (target === shownFor) return;
      hide();
      if (target === null) return;
      shownFor = target;
      timer = setTimeout(show, delayMs, target);
    };
    const onOver = (event: Event): void => consider(event, restMs);
    const onFocus = (event: Event): void => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) consider(event, restMs);
      else hide();
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', hide);
    return () => {
      hide();
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', hide);
    };
  }, []);

  return <div ref={tip} className="tooltip" popover="manual" aria-hidden />;
};
