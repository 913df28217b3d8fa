/** Buttons with a word, and with an icon alone. */

import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

import './button.css';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  /** `solid`: the one thing to do next. `plain`: everything else. `ghost`: in lists. `danger`: cannot be undone. */
  readonly variant?: 'solid' | 'plain' | 'ghost' | 'danger';
  readonly small?: boolean;
  readonly icon?: LucideIcon;
  readonly type?: 'button' | 'submit';
  /** Works on it: no second press. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export const Button = ({
  variant = 'plain',
  small = false,
  icon: Icon,
  type = 'button',
  busy = false,
  className = '',
  disabled,
  children,
  ...rest
}: ButtonProps) => (
  <button
    {...rest}
    // oxlint-disable-next-line react/button-has-type
    type={type}
    className={`button ${className}`}
    data-variant={variant}
    data-small={small || undefined}
    disabled={disabled === true || busy}
    aria-busy={busy || undefined}
  >
    {Icon === undefined ? null : <Icon size={small ? 13 : 15} strokeWidth={1.75} aria-hidden />}
    {children}
  </button>
);

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'children' | 'aria-label'> {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly small?: boolean;
  readonly variant?: 'ghost' | 'plain' | 'danger';
  /** For a button that stays pressed. */
  readonly pressed?: boolean;
  /** Shown in the tooltip behind the label. */
  readonly shortcut?: string;
}

export const IconButton = ({
  label,
  icon: Icon,
  small = false,
  variant = 'ghost',
  pressed,
  shortcut,
  className = '',
  ...rest
}: IconButtonProps) => (
  <button
    {...rest}
    type="button"
    className={`button icon-button ${className}`}
    data-variant={variant}
    data-small={small || undefined}
    aria-label={label}
    aria-pressed={pressed}
    aria-keyshortcuts={shortcut}
    data-tip={label}
    data-tip-keys={shortcut}
  >
    <Icon
      size={small ? 14 : 16}
      strokeWidth={1.75}
      aria-hidden
      fill={pressed === true ? 'currentColor' : 'none'}
    />
  </button>
);
