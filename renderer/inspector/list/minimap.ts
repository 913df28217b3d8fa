/** The scrollbar as a map: which kinds of frames lie where, and where there is trouble. */

import { messageByNumber } from '../../../shared/protocol/catalog.ts';
import { kindOfRow, type RowTone } from './tone.ts';
import type { CaptureFeed } from '../data/feed.ts';
import { severityOf } from '../data/notes.ts';

/** Rows looked at for each line of the map: enough to see a mixture, few enough for a million rows. */
const samples = 6;

const inks: Readonly<Record<RowTone, string>> = {
  session: '--field-number',
  browse: '--field-channel',
  text: '--field-text',
  transfer: '--field-type',
  bulk: '--field-content',
  event: '--ink-3',
  trouble: '--error',
};

export function paintMap(canvas: HTMLCanvasElement, feed: CaptureFeed): void {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = canvas.getContext('2d');
  if (context === null || width === 0 || height === 0) return;
  const scale = Math.max(1, Math.round(devicePixelRatio));
  if (canvas.width !== width * scale) canvas.width = width * scale;
  if (canvas.height !== height * scale) canvas.height = height * scale;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const colours = Object.fromEntries(
    Object.entries(inks).map(([tone, name]) => [tone, style.getPropertyValue(name)]),
  ) as Record<RowTone, string>;
  const shown = feed.shown;
  if (shown === 0) return;
  const line = shown < height / 2 ? Math.max(2, Math.floor(height / shown)) : 2;
  const lines = Math.min(Math.floor(height / line), Math.max(1, shown));
  const cell = Math.floor((width - 4) / samples);
  for (let at = 0; at < lines; at += 1) {
    const from = Math.floor((at * shown) / lines);
    const to = Math.max(from + 1, Math.floor(((at + 1) * shown) / lines));
    const step = Math.max(1, Math.floor((to - from) / samples));
    for (let sample = 0; sample < samples; sample += 1) {
      const place = feed.placeAt(Math.min(to - 1, from + sample * step));
      if (place === undefined || place < feed.rows.first) continue;
      const type = feed.rows.typeAt(place);
      const tone = kindOfRow(feed.rows.kindAt(place), type, messageByNumber(type));
      context.globalAlpha = tone === 'bulk' ? 0.35 : 0.8;
      context.fillStyle = colours[tone];
      context.fillRect(sample * cell, at * line, cell, line);
    }
  }
  context.globalAlpha = 1;
  const tick = (record: number, colour: string): void => {
    const position = feed.positionOf(record);
    if (feed.numberAt(position) !== record) return;
    context.fillStyle = colour;
    context.fillRect(width - 5, Math.min(height - 2, (position / shown) * height), 5, 2);
  };
  const troubles = feed.notes.list.filter(({ kind }) => severityOf[kind] !== 'note').slice(-500);
  for (const { record, kind } of troubles) {
    tick(record, severityOf[kind] === 'error' ? colours.trouble : style.getPropertyValue('--warn'));
  }
  for (const record of feed.marks) tick(record, style.getPropertyValue('--accent'));
}
