/** One tab stop for a group: arrow keys, Home and End move the focus inside of it. */

import type { KeyboardEvent } from 'react';

/**
 * For `onKeyDown` of a container. `selector` finds what can have the focus; give the current one `tabIndex` 0 and the
 * others -1. With `activates` the element that gets the focus is clicked too.
 */
export const rovingKeys =
  (selector: string, direction: 'row' | 'column' | 'both', activates = false) =>
  (event: KeyboardEvent<HTMLElement>): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const elements = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)].filter(
      (element) => !element.hasAttribute('disabled'),
    );
    const index = elements.indexOf(document.activeElement as HTMLElement);
    if (index === -1) return;
    const next = (direction !== 'column' && 'ArrowRight') || '';
    const previous = (direction !== 'column' && 'ArrowLeft') || '';
    const to =
      event.key === next || (direction !== 'row' && event.key === 'ArrowDown')
        ? index + 1
        : event.key === previous || (direction !== 'row' && event.key === 'ArrowUp')
          ? index - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? -1
              : undefined;
    if (to === undefined) return;
    event.preventDefault();
    const element = elements[(to + elements.length) % elements.length];
    element?.focus();
    if (activates) element?.click();
  };
