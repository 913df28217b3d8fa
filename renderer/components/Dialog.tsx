/**
 * A modal dialog on the native element: focus is kept inside and goes back to where it was, Esc closes. `sheet` stands at
 * the side and leaves the view readable.
 */

import { X } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import { useEffect, useId, useLayoutEffect, useRef } from 'react';

import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { IconButton } from './Button.tsx';
import './dialog.css';

export interface DialogProps {
  readonly title: ReactNode;
  readonly kind?: 'dialog' | 'sheet';
  readonly width?: 'narrow' | 'wide';
  /** Buttons at the bottom, the main one last. */
  readonly footer?: ReactNode;
  readonly onClose: () => void;
  /** A form: Enter in a field does what the `submit` button in the footer does. */
  readonly onSubmit?: () => void;
  readonly children: ReactNode;
}

/** To what had it, if that is still there; else to what is shown now, so that keys do not lead nowhere. */
const giveBackFocus = (before: Element | null, dialog: HTMLDialogElement | null): void => {
  if (before instanceof HTMLElement && before.isConnected) before.focus();
  const now = document.activeElement;
  if (now !== null && now !== document.body && dialog?.contains(now) !== true) return;
  const beneath = [...document.querySelectorAll('dialog[open]')].at(-1)?.querySelector<HTMLElement>('h2');
  (beneath ?? document.getElementById('main'))?.focus();
};

/** Rendered while it is open; leave it out to close it. */
export const Dialog = ({
  title,
  kind = 'dialog',
  width = 'narrow',
  footer,
  onClose,
  onSubmit,
  children,
}: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const text = useText(commonText);

  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      giveBackFocus(before, dialog);
    };
  }, []);

  useEffect(() => {
    const dialog = element.current;
    // Not the first button: a key that was meant for the view must not press it.
    const wanted = dialog?.querySelector<HTMLElement>('[data-autofocus]') ?? dialog?.querySelector('h2');
    wanted?.focus();
  }, []);

  const body = (
    <>
      <header className="dialog-header">
        <h2 id={titleId} tabIndex={-1}>
          {title}
        </h2>
        <IconButton label={text.close} icon={X} onClick={onClose} className="line-end" />
      </header>
      <div className="dialog-body">{children}</div>
      {footer === undefined ? null : <footer className="dialog-footer">{footer}</footer>}
    </>
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit?.();
  };

  return (
    <dialog
      ref={element}
      className="dialog"
      data-kind={kind}
      data-width={width}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      {onSubmit === undefined ? (
        <div className="dialog-frame">{body}</div>
      ) : (
        <form className="dialog-frame" onSubmit={submit}>
          {body}
        </form>
      )}
    </dialog>
  );
};
