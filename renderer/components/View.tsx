/** The frame of a view: head with title and actions over a ruler of sixteen columns, then what scrolls. */

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import './view.css';

export interface ViewProps {
  readonly title: ReactNode;
  /** Beside the title: a count, a state. */
  readonly detail?: ReactNode;
  readonly actions?: ReactNode;
  /** Between head and content; does not scroll: tabs, filters, breadcrumbs. */
  readonly bar?: ReactNode;
  /** Content that scrolls by itself (a virtual list, panes) fills the view; otherwise the view scrolls. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}

export const View = ({ title, detail, actions, bar, fills = false, children }: ViewProps) => (
  <section className="view">
    <header className="view-header">
      <h1>{title}</h1>
      {detail === undefined ? null : <div className="view-detail">{detail}</div>}
      {actions === undefined ? null : <div className="view-actions">{actions}</div>}
    </header>
    <div className="view-ruler" aria-hidden />
    {bar === undefined ? null : <div className="view-bar">{bar}</div>}
    <div className={fills ? 'view-content view-fills' : 'view-content'}>{children}</div>
  </section>
);

export interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** What to do first, in a sentence or two. */
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

export const EmptyState = ({ icon: Icon, title, children, actions }: EmptyStateProps) => (
  <div className="empty">
    <span className="empty-icon" aria-hidden>
      <Icon size={22} strokeWidth={1.5} />
    </span>
    <h2>{title}</h2>
    <div className="empty-text">{children}</div>
    {actions === undefined ? null : <div className="line wrap">{actions}</div>}
  </div>
);

/** A titled part of a view, set off by a hairline. */
export const Section = ({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) => (
  <section className="section">
    <header className="section-header">
      <h2>{title}</h2>
      {actions === undefined ? null : <div className="line line-end">{actions}</div>}
    </header>
    {children}
  </section>
);
