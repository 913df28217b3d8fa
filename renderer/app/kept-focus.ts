/**
 * What has the focus may go: a row that is removed by a key, a note that is dismissed. The browser then leaves the focus
 * nowhere; here it goes on to what stands in its place, so that people at the keyboard and screen readers keep theirs.
 */

import { useEffect } from 'react';

/** Where something stood: its ancestors, nearest first, and which child of each led to it. */
type Place = readonly { readonly parent: Element; readonly index: number }[];

const stops = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

const placeOf = (element: Element): Place => {
  const place: { parent: Element; index: number }[] = [];
  for (let at = element; at.parentElement !== null; at = at.parentElement)
    place.push({ parent: at.parentElement, index: [...at.parentElement.children].indexOf(at) });
  return place;
};

/** In what moved up, else in what stood before; else the view. */
const replacementAt = (place: Place): HTMLElement | null => {
  const left = place.find(({ parent }) => parent.isConnected);
  // Only within a view or a dialog: the first button of another view is nothing that anybody meant.
  const children = left?.parent.matches('main *, dialog, dialog *') === true ? left.parent.children : [];
  for (let index = Math.min(left?.index ?? 0, children.length - 1); index >= 0; index -= 1) {
    const child = children[index];
    const stop = child?.matches(stops) === true ? child : child?.querySelector(stops);
    if (stop instanceof HTMLElement) return stop;
  }
  return document.getElementById('main');
};

/** Once for the window. */
export const useKeptFocus = (): void => {
  useEffect(() => {
    let last: { readonly element: Element; readonly place: Place } | undefined;
    const onFocus = ({ target }: FocusEvent): void => {
      last = target instanceof Element ? { element: target, place: placeOf(target) } : undefined;
    };
    const observer = new MutationObserver(() => {
      if (last === undefined || last.element.isConnected) return;
      const { place } = last;
      last = undefined;
      if (document.activeElement === null || document.activeElement === document.body)
        replacementAt(place)?.focus();
    });
    addEventListener('focusin', onFocus);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener('focusin', onFocus);
      observer.disconnect();
    };
  }, []);
};
