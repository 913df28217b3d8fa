/** Lies over a place while something is dragged over it, and says what a drop would do. The place is `position: relative`. */

import type { ReactNode } from 'react';

import './drop-overlay.css';

export const DropOverlay = ({ children }: { readonly children: ReactNode }) => (
  <p className="drop-overlay">{children}</p>
);
