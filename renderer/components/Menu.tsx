/** A menu behind a button: arrow keys, Home, End, first letters; Esc and a click elsewhere close it. */

import { Check, Ellipsis, type LucideIcon } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

import { IconButton } from './Button.tsx';
import './menu.css';

export interface MenuItem {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Shown as chosen. */
  readonly checked?: boolean;
  readonly run: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly small?: boolean;
  /** `'rule'` is a line between groups. */
  readonly items: readonly (MenuItem | 'rule')[];
}

export const Menu = ({ label, icon = Ellipsis, small = false, items }: MenuProps) => {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLSpanElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.querySelector('button')?.focus();
  };
  return (
    <span ref={button} className="menu-button">
      <IconButton
        label={label}
        icon={icon}
        small={small}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={(event) => {
          event.stopPropagation();
          setOpen(!isOpen);
        }}
      />
      {isOpen && button.current !== null ? (
        <MenuList
          label={label}
          items={items}
          anchor={button.current}
          onClose={close}
          onLeave={() => setOpen(false)}
        />
      ) : null}
    </span>
  );
};

interface MenuListProps extends Pick<MenuProps, 'label' | 'items'> {
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
  readonly onLeave: () => void;
}

const MenuList = ({ label, items, anchor, onClose, onLeave }: MenuListProps) => {
  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const at = anchor.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const fitsBelow = at.bottom + height + 8 < innerHeight;
    element.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    element.style.top = `${fitsBelow ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    element.querySelector<HTMLElement>('[role^=menuitem]:not(:disabled)')?.focus();
  }, [anchor]);

  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      if (
        event.target instanceof Node &&
        !list.current?.contains(event.target) &&
        !anchor.contains(event.target)
      )
        onLeave();
    };
    addEventListener('pointerdown', onPointerDown, true);
    addEventListener('resize', onLeave);
    return () => {
      removeEventListener('pointerdown', onPointerDown, true);
      removeEventListener('resize', onLeave);
    };
  }, [anchor, onLeave]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const buttons = [
      ...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? []),
    ];
    const index = buttons.indexOf(document.activeElement as HTMLElement);
    const go = (to: number): void => {
      event.preventDefault();
      buttons[(to + buttons.length) % buttons.length]?.focus();
    };
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
    } else if (event.key === 'ArrowDown') go(index + 1);
    else if (event.key === 'ArrowUp') go(index - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else if (event.key.length === 1 && event.key !== ' ') {
      const from = [...buttons.slice(index + 1), ...buttons.slice(0, index + 1)];
      from.find((one) => one.textContent?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  };

  return createPortal(
    // Clicks reach React's parents through the portal: a row must not take them for its own.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      ref={list}
      className="menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onPointerDown={(event) => event.stopPropagation()}
    >
      {items.map((item, index) =>
        item === 'rule' ? (
          <hr key={`rule-${index}`} />
        ) : (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={item.checked}
            tabIndex={-1}
            className="menu-item"
            data-danger={item.danger || undefined}
            disabled={item.disabled}
            onClick={() => {
              onClose();
              item.run();
            }}
          >
            {item.checked === true ? (
              <Check size={15} strokeWidth={1.75} aria-hidden />
            ) : item.icon === undefined ? (
              <span className="menu-gap" />
            ) : (
              <item.icon size={15} strokeWidth={1.75} aria-hidden />
            )}
            {item.label}
          </button>
        ),
      )}
    </div>,
    anchor.closest('dialog') ?? document.body,
  );
};
