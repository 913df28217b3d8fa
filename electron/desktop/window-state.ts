/**
 * Where the window was, kept in <home>/window.json, and what of it still fits: displays come and go between two starts,
 * and a file that somebody wrote may say anything.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

import { replaceOwnersFile } from '../base/owners-file.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** Where the window is when it is neither maximised nor full screen. */
  readonly bounds?: Rectangle;
  readonly isMaximized: boolean;
  /** Somebody was told that a closed window leaves the program running. */
  readonly toldOfTray: boolean;
}

export const smallestWindow = { width: 640, height: 480 } as const;
const usualWindow = { width: 1280, height: 800 } as const;
/** This much of the title bar must be on a display, or nobody could move the window. */
const gripWidth = 96;
const gripHeight = 32;

const pixels = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000));
const stateSchema = v.object({
  bounds: v.exactOptional(v.object({ x: pixels, y: pixels, width: pixels, height: pixels })),
  isMaximized: v.boolean(),
  toldOfTray: v.boolean(),
});

const stateFile = (home: string): string => join(home, 'window.json');

/** The first start, and every start after a file that cannot be read. */
const unknownState: WindowState = { isMaximized: false, toldOfTray: false };

export const readWindowState = (home: string): WindowState => {
  try {
    const parsed = v.safeParse(stateSchema, JSON.parse(readFileSync(stateFile(home), 'utf8')));
    return parsed.success ? parsed.output : unknownState;
  } catch {
    return unknownState;
  }
};

/** @throws HexdropError */
export const writeWindowState = (home: string, state: WindowState): void => {
  replaceOwnersFile(stateFile(home), `${JSON.stringify(state)}\n`);
};

/**
 * Where to open the window.
 * @param workAreas of the displays, the first one's first
 */
export const placeWindow = (kept: Rectangle | undefined, workAreas: readonly Rectangle[]): Rectangle => {
  const area =
    (kept === undefined ? undefined : workAreas.find((area) => showsGrip(kept, area))) ?? workAreas[0];
  if (area === undefined) return { x: 0, y: 0, ...usualWindow };
  const width = fitting(kept?.width ?? usualWindow.width, smallestWindow.width, area.width);
  const height = fitting(kept?.height ?? usualWindow.height, smallestWindow.height, area.height);
  if (kept !== undefined && showsGrip(kept, area)) return { x: kept.x, y: kept.y, width, height };
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  };
};

/** On a display that is smaller than the smallest window, the window is as large as that. */
const fitting = (wanted: number, smallest: number, available: number): number =>
  Math.max(smallest, Math.min(wanted, available));

const showsGrip = ({ x, y, width }: Rectangle, area: Rectangle): boolean => {
  const shown = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return shown >= gripWidth && y >= area.y && y + gripHeight <= area.y + area.height;
};
