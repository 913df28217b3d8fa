/** Small pieces of text with a form of their own: names from peers, keys, hex, marks. */

import { BadgeCheck, CircleHelp, LockOpen, Sparkle } from 'lucide-react';
import type { ReactNode } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import type { Trust } from '../../shared/model/peer.ts';
import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import './text.css';

/** Every name that came from elsewhere (aliases, files, shares) is shown by this one. The whole is in the tooltip. */
export const Name = ({ of, className = '' }: { readonly of: string; readonly className?: string }) => {
  const shown = displayName(of);
  return (
    <bdi className={`name clip ${className}`} title={shown}>
      {shown}
    </bdi>
  );
};

export const Kbd = ({ children }: { readonly children: ReactNode }) => <kbd className="kbd">{children}</kbd>;

export interface HexTextProps {
  /** Hex digits without spaces. */
  readonly hex: string;
  /** Digits in a group. */
  readonly group?: 2 | 4 | 8;
  /** At most so many digits; the rest is an ellipsis, the whole is spoken. */
  readonly digits?: number;
  readonly label?: string;
}

export const HexText = ({ hex, group = 4, digits = hex.length, label }: HexTextProps) => {
  const shown = hex.slice(0, digits).match(new RegExp(`.{1,${group}}`, 'gu')) ?? [];
  return (
    <span className="hex data" title={hex} role="img" aria-label={label ?? hex}>
      {shown.map((part, index) => (
        <span key={index}>{part}</span>
      ))}
      {digits < hex.length ? <span>…</span> : null}
    </span>
  );
};

const trustIcons = {
  verified: BadgeCheck,
  known: CircleHelp,
  new: Sparkle,
  unauthenticated: LockOpen,
} as const satisfies Record<Trust, unknown>;

/** Who it is, in a word and a sign; what that means is in the tooltip. */
export const TrustMark = ({ trust, short = false }: { readonly trust: Trust; readonly short?: boolean }) => {
  const text = useText(commonText);
  const Icon = trustIcons[trust];
  return (
    <span className="trust" data-trust={trust} data-tip={text.trustMeaning[trust]}>
      <Icon size={14} strokeWidth={2} aria-hidden />
      <span className={short ? 'unseen' : undefined}>{text.trust[trust]}</span>
    </span>
  );
};

export type Tone = 'plain' | 'accent' | 'sent' | 'received' | 'ok' | 'warn' | 'error';

/** A word of state in a small frame. */
export const Tag = ({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) => (
  <span className="tag" data-tone={tone}>
    {children}
  </span>
);

/** A lamp: presence, connection. Always beside a word. */
export const Lamp = ({ tone }: { readonly tone: 'on' | 'warn' | 'error' | 'off' }) => (
  <span className="lamp" data-tone={tone} aria-hidden />
);
