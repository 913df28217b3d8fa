/** Lies over a place while something is dragged over it, and says what a drop would do. The place is `position: relative`. */

import type { ReactNode } from 'react';

import './drop-veil.css';

export const DropVeil = ({ children }: { readonly children: ReactNode }) => (
  <p className="drop-veil">{children}</p>
);
