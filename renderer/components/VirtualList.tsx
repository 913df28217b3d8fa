/** A long list of which only what is seen is in the page. Rows have one height unless `measured`. */

import { useVirtualizer } from '@tanstack/react-virtual';
import type { ReactNode, Ref } from 'react';
import { useImperativeHandle, useRef } from 'react';

import './virtual-list.css';

export interface VirtualListHandle {
  scrollTo(index: number): void;
}

export interface VirtualListProps {
  readonly count: number;
  readonly rowHeight: number;
  /** Rows are measured after they are drawn; `rowHeight` is a guess. */
  readonly measured?: boolean;
  readonly keyOf: (index: number) => string;
  /** The row's own element; it gets the place and the height from its wrapper. */
  readonly row: (index: number) => ReactNode;
  readonly handle?: Ref<VirtualListHandle>;
  readonly className?: string;
  /** Roles of wrapper and list, where the rows are not list items. */
  readonly role?: 'list' | 'presentation';
  readonly label?: string;
}

const overscan = 8;

export const VirtualList = ({
  count,
  rowHeight,
  measured = false,
  keyOf,
  row,
  handle,
  className = '',
  role = 'list',
  label,
}: VirtualListProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan,
  });
  useImperativeHandle(handle, () => ({
    scrollTo: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
  }));
  return (
    <div ref={scroller} className={`virtual ${className}`} role="presentation">
      <div
        role={role}
        aria-label={label}
        className="virtual-space"
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            role={role === 'list' ? 'listitem' : 'presentation'}
            aria-setsize={role === 'list' ? count : undefined}
            aria-posinset={role === 'list' ? item.index + 1 : undefined}
            className="virtual-row"
            data-index={item.index}
            ref={measured ? virtual.measureElement : undefined}
            style={{
              transform: `translateY(${item.start}px)`,
              ...(measured ? {} : { height: item.size }),
            }}
          >
            {row(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
};
