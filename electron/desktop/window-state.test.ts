import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeWindow, readWindowState, writeWindowState } from './window-state.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hexdrop-window-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const first = { x: 0, y: 24, width: 1920, height: 1056 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };

describe('what is kept of the window', () => {
  it('is read as it was written, by nobody else', () => {
    const state = {
      bounds: { x: 5, y: 30, width: 900, height: 700 },
      isMaximized: true,
      toldOfTray: true,
    };
    writeWindowState(home, state);
    expect(readWindowState(home)).toEqual(state);
    expect(statSync(join(home, 'window.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"isMaximized":1,"toldOfTray":false}',
    '{"bounds":{"x":1e99},"isMaximized":true,"toldOfTray":true}',
  ])('is forgotten when the file says %j', (text) => {
    writeFileSync(join(home, 'window.json'), text);
    expect(readWindowState(home)).toEqual({ isMaximized: false, toldOfTray: false });
  });
});

describe('the place of the window', () => {
  it('is the middle of the first display at the first start', () => {
    expect(placeWindow(undefined, [first, second])).toEqual({ x: 320, y: 152, width: 1280, height: 800 });
  });

  it('is where it was, on whichever display', () => {
    const kept = { x: 2000, y: 100, width: 800, height: 600 };
    expect(placeWindow(kept, [first, second])).toEqual(kept);
  });

  it('is a display that is there when its own is gone', () => {
    expect(placeWindow({ x: 2000, y: 100, width: 800, height: 600 }, [first])).toEqual({
      x: 560,
      y: 252,
      width: 800,
      height: 600,
    });
  });

  it.each([
    ['above', { x: 100, y: -50, width: 800, height: 600 }],
    ['beside', { x: -780, y: 100, width: 800, height: 600 }],
    ['below', { x: 100, y: 1070, width: 800, height: 600 }],
  ])('has its title bar in reach when it was %s the display', (_, kept) => {
    expect(placeWindow(kept, [first])).toEqual({ x: 560, y: 252, width: 800, height: 600 });
  });

  it('is no larger than the display and no smaller than the page can be', () => {
    const small = { x: 0, y: 0, width: 1024, height: 600 };
    expect(placeWindow({ x: 0, y: 0, width: 5000, height: 5000 }, [small])).toEqual(small);
    expect(placeWindow({ x: 0, y: 0, width: 200, height: 1 }, [small])).toMatchObject({
      width: 640,
      height: 480,
    });
  });
});
