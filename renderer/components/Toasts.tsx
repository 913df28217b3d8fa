/** Short messages in a corner, spoken as they come. Errors stay until they are dismissed. */

import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';

import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { type Toast, useWindow } from '../store/window.ts';
import { Button, IconButton } from './Button.tsx';
import './toasts.css';

const shownMs = 6_000;
/** Long enough to reach its button. */
const withActionMs = 15_000;

export const Toasts = () => {
  const toasts = useWindow((state) => state.toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
};

const OneToast = ({ toast }: { readonly toast: Toast }) => {
  const dismiss = useWindow((state) => state.dismiss);
  const text = useText(commonText);
  useEffect(() => {
    if (toast.tone === 'error') return;
    const timer = setTimeout(() => dismiss(toast.id), toast.action === undefined ? shownMs : withActionMs);
    return () => clearTimeout(timer);
  }, [toast, dismiss]);
  const { action } = toast;
  return (
    <div className="toast" data-tone={toast.tone}>
      {toast.tone === 'error' ? <CircleAlert size={16} aria-hidden /> : null}
      {toast.tone === 'ok' ? <CircleCheck size={16} aria-hidden /> : null}
      <p className="grow">{toast.text}</p>
      {action === undefined ? null : (
        <Button
          small
          onClick={() => {
            dismiss(toast.id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton small icon={X} label={text.dismiss} onClick={() => dismiss(toast.id)} />
    </div>
  );
};
