/** Search in the kept bytes of all frames: hex or text, next and previous. The bytes found are chosen in the dump. */

import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { Client } from '../../../shared/ipc/client.ts';
import { bytePattern } from '../../../shared/protocol/filter/byte-pattern.ts';
import { IconButton } from '../../components/Button.tsx';
import { Select, TextField } from '../../components/Field.tsx';
import { useFormat, useText } from '../../i18n/language.ts';
import { FrameBytes, pageBytes } from '../data/frame-bytes.ts';
import { useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';

type Reading = 'text' | 'hex';
/** More matches are no help to a person; the filter narrows first. */
const mostFound = 100_000;
const calmMs = 250;

/** Hex digits of what is looked for; undefined when it is no hex. Empty: nothing is looked for. */
export function needleOf(typed: string, reading: Reading): string | undefined {
  if (reading === 'text') {
    return Array.from(new TextEncoder().encode(typed), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  const hex = typed.replaceAll(/0x|[\s:,]/giu, '').toLowerCase();
  return /^(?:[0-9a-f]{2})*$/u.test(hex) ? hex : undefined;
}

/** Where a needle stands first, by the pattern that the engine searches with; undefined when nowhere. */
export function placeOfBytes(
  bytes: Uint8Array,
  needle: Uint8Array,
  ignoreCase: boolean,
): { readonly from: number; readonly to: number } | undefined {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const found = bytePattern(needle, ignoreCase).exec(text);
  return found === null ? undefined : { from: found.index, to: found.index + found[0].length };
}

const searchAll = async (
  client: Client,
  source: string,
  needle: string,
  ignoreCase: boolean,
  signal: AbortSignal,
): Promise<readonly number[]> => {
  const all: number[] = [];
  let from: number | undefined = 0;
  while (from !== undefined && all.length < mostFound) {
    const answer: { readonly found: readonly number[]; readonly next?: number } = await client.call(
      'capture.search',
      { source, needle, ignoreCase, from, most: 10_000 },
      { signal },
    );
    all.push(...answer.found);
    from = answer.next;
  }
  return all;
};

export const FindBar = ({ onClose }: { readonly onClose: () => void }) => {
  const text = useText(inspectorText);
  const format = useFormat();
  const inspector = useInspector();
  const source = useInspected((state) => state.source);
  const selected = useInspected((state) => state.selected);
  const [typed, setTyped] = useState('');
  const [reading, setReading] = useState<Reading>('text');
  const [found, setFound] = useState<readonly number[]>();
  const box = useRef<HTMLDivElement>(null);
  const needle = needleOf(typed, reading);
  const ignoreCase = reading === 'text';

  useEffect(() => box.current?.querySelector('input')?.focus(), []);
  useEffect(() => {
    setFound(undefined);
    if (needle === undefined || needle === '' || needle.length > 512) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchAll(inspector.client, source, needle, ignoreCase, stop.signal).then(setFound, () => {});
    }, calmMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [inspector, source, needle, ignoreCase]);

  const go = async (step: 1 | -1): Promise<void> => {
    if (found === undefined || found.length === 0 || needle === undefined) return;
    const at = selected ?? (step === 1 ? 0 : Number.POSITIVE_INFINITY);
    const next =
      step === 1
        ? (found.find((number) => number > at) ?? found[0])
        : (found.findLast((number) => number < at) ?? found.at(-1));
    const record = next === undefined ? undefined : inspector.feed.rows.find(next);
    if (record === undefined) return;
    inspector.set({ follows: false });
    inspector.choose(record.number);
    const frame = new FrameBytes(inspector.client, source, record);
    const bytes = Uint8Array.from(needle.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
    const show = (): void => {
      const place = placeOfBytes(frame.head(), bytes, ignoreCase);
      if (place === undefined || inspector.state.selected !== record.number) return;
      inspector.choose(record.number, {
        from: frame.offsetOf(place.from),
        to: frame.offsetOf(place.to - 1) + 1,
      });
    };
    frame.onChange(show);
    frame.want(0, Math.min(frame.kept, pageBytes));
    if (frame.isReady) show();
  };

  const position = selected === undefined || found === undefined ? -1 : found.indexOf(selected);
  const state =
    needle === undefined
      ? text.find.badHex
      : needle === ''
        ? ''
        : found === undefined
          ? text.find.looking
          : found.length === 0
            ? text.find.none
            : position >= 0
              ? text.find.found(format.number(position + 1), format.number(found.length))
              : text.find.many(String(found.length));
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={box}
      className="inspector-find"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement)
          void go(event.shiftKey ? -1 : 1);
      }}
    >
      <Select
        label={text.find.as}
        hideLabel
        value={reading}
        options={[
          { value: 'text', label: text.find.asText },
          { value: 'hex', label: text.find.hex },
        ]}
        onChange={setReading}
      />
      <TextField
        label={text.find.label}
        hideLabel
        data
        placeholder={text.find.hint}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <span className="inspector-find-state faint" role="status">
        {state}
      </span>
      <IconButton small icon={ChevronUp} label={text.find.previous} onClick={() => void go(-1)} />
      <IconButton small icon={ChevronDown} label={text.find.next} onClick={() => void go(1)} />
      <IconButton small icon={X} label={text.find.close} onClick={onClose} />
    </div>
  );
};
