/**
 * Which view is shown, kept in the address's hash so that reload, back and forward work: `#/devices/<id>`,
 * `#/browse?at=<target>&path=photos`. Parts are percent-encoded.
 */

import { useSyncExternalStore } from 'react';

import { viewNames } from '../../shared/model/views.ts';
import type { ViewName } from '../../shared/model/views.ts';

export interface Route {
  readonly view: ViewName;
  /** What follows the view, decoded: the id of a device, say. */
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** What is no view reads as the first one. */
export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#?\/?/u, '').split('?', 2);
  const [first = '', ...rest] = path.split('/').map(decoded);
  const view = viewNames.find((name) => name === first);
  if (view === undefined) return { view: 'devices', rest: [], query: {} };
  return { view, rest: rest.filter(Boolean), query: Object.fromEntries(new URLSearchParams(query)) };
};

export const hashOf = (
  view: ViewName,
  rest: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string => {
  const search = new URLSearchParams(query).toString();
  return `#/${[view, ...rest].map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
};

export const navigate = (...to: Parameters<typeof hashOf>): void => {
  location.hash = hashOf(...to);
};

/** Changes the address without a step to go back to: for a selection inside of a view. */
export const replaceRoute = (...to: Parameters<typeof hashOf>): void => {
  history.replaceState(null, '', hashOf(...to));
  dispatchEvent(new HashChangeEvent('hashchange'));
};

let last: { readonly hash: string; readonly route: Route } | undefined;
const current = (): Route => {
  if (last?.hash !== location.hash) last = { hash: location.hash, route: parseRoute(location.hash) };
  return last.route;
};

const onHashChange = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

export const useRoute = (): Route => useSyncExternalStore(onHashChange, current);
