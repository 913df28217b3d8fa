/** The bits of an address, and the border between network and host, which a pointer or the arrow keys move. */

import type { PointerEvent } from 'react';

import { type Address, bitsOf } from '../../../shared/lab/addresses/address.ts';
import { useText } from '../../i18n/language.ts';
import { addressText } from './text.ts';

export interface BitsProps {
  readonly address: Address;
  readonly prefix: number;
  readonly onPrefix: (prefix: number) => void;
}

/** Which bit the pointer is over: the border goes behind it. */
const bitUnder = ({ clientX, clientY }: PointerEvent): number | undefined => {
  const bit = document.elementFromPoint(clientX, clientY)?.getAttribute('data-bit');
  return bit === null || bit === undefined ? undefined : Number(bit);
};

export const Bits = ({ address, prefix, onPrefix }: BitsProps) => {
  const text = useText(addressText);
  const count = bitsOf(address.family);
  const drag = (event: PointerEvent): void => {
    if (event.buttons === 0) return;
    const bit = bitUnder(event);
    if (bit !== undefined && bit + 1 !== prefix) onPrefix(bit + 1);
  };
  const said = text.bits(prefix, count - prefix);
  return (
    <div className="learn-mask">
      <div className="learn-bits data" aria-hidden onPointerDown={drag} onPointerMove={drag}>
        {[...address.bytes].map((byte, index) => (
          <span key={index} className="learn-octet">
            {Array.from(byte.toString(2).padStart(8, '0')).map((bit, place) => (
              <span
                key={place}
                data-bit={8 * index + place}
                data-network={8 * index + place < prefix || undefined}
              >
                {bit}
              </span>
            ))}
          </span>
        ))}
      </div>
      <input
        type="range"
        min={0}
        max={count}
        value={prefix}
        aria-label={text.maskSlider}
        aria-valuetext={said}
        onChange={(event) => onPrefix(Number(event.target.value))}
      />
      <p className="learn-small">
        <b className="data">/{prefix}</b> {said} <span className="faint">{text.maskHint}</span>
      </p>
    </div>
  );
};
