/** Which folder of which device the address of the window names, and PINs that were typed in this window. */

import type { Target } from '../../../shared/ipc/contract/index.ts';
import type { Route } from '../../shell/router.ts';

export interface RemotePlace {
  readonly at: Target;
  /** What stands for the device in the address. */
  readonly query: Readonly<Record<string, string>>;
  /** From the share's name on; '' is the list of shares. */
  readonly path: string;
}

/** Undefined when the address names no device. */
export const placeOf = ({ query }: Route): RemotePlace | undefined => {
  const path = (query['path'] ?? '').replace(/^\/+|\/+$/gu, '');
  const { device, at } = query;
  if (device !== undefined) return { at: { device }, query: { device }, path };
  return at === undefined || at.trim() === '' ? undefined : { at: { address: at }, query: { at }, path };
};

export const shareOf = (path: string): string => path.split('/')[0] ?? '';

export const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** Every folder on the way: `a/b` is `a`, `a/b`. */
export const stepsOf = (path: string): readonly string[] =>
  path === '' ? [] : path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));

// Kept as long as the window: not in the address, not on the disk.
const pins = new Map<string, string>();

const pinKey = ({ query, path }: RemotePlace): string =>
  `${query['device'] ?? query['at'] ?? ''}\n${shareOf(path)}`;

export const pinFor = (place: RemotePlace): { readonly pin?: string } => {
  const pin = pins.get(pinKey(place));
  return pin === undefined ? {} : { pin };
};

export const keepPin = (place: RemotePlace, pin: string | undefined): void => {
  if (pin === undefined) pins.delete(pinKey(place));
  else pins.set(pinKey(place), pin);
};
