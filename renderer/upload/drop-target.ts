/**
 * A place to drop files on. Targets lie inside of each other (a device in the list in the window): the innermost one
 * takes the drop.
 */

import { type DragEvent, useEffect, useRef, useState } from 'react';

import { type Dropped, droppedOf, hasAnything, hasFiles, isNothing } from './dropped.ts';

export interface DropTarget {
  /** Something that can be dropped is over it. */
  readonly isOver: boolean;
  /** Spread on the element. */
  readonly props: Readonly<
    Record<'onDragEnter' | 'onDragOver' | 'onDragLeave' | 'onDrop', (event: DragEvent<HTMLElement>) => void>
  >;
}

/** A link or a text of this page is dragged: nothing that arrives from elsewhere. */
let isOwnDrag = false;
addEventListener('dragstart', () => {
  isOwnDrag = true;
});
for (const end of ['dragend', 'drop'] as const)
  addEventListener(end, () => {
    isOwnDrag = false;
  });

/** With `texts` it takes links and texts too, not only files and folders. */
export const useDropTarget = (
  onDrop: (dropped: Dropped) => void,
  { texts = false, disabled = false } = {},
): DropTarget => {
  const [isOver, setOver] = useState(false);
  // Enter and leave come for each child that is passed.
  const depth = useRef(0);
  const isWanted = (event: DragEvent): boolean =>
    !disabled && !isOwnDrag && (texts ? hasAnything(event.dataTransfer) : hasFiles(event.dataTransfer));
  const end = (): void => {
    depth.current = 0;
    setOver(false);
  };
  useEffect(() => {
    // A target inside of this one took the drop, or it was broken off.
    addEventListener('drop', end, true);
    addEventListener('dragend', end, true);
    return () => {
      removeEventListener('drop', end, true);
      removeEventListener('dragend', end, true);
    };
  }, []);
  return {
    isOver,
    props: {
      onDragEnter: (event) => {
        if (!isWanted(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event) => {
        if (!isWanted(event)) return;
        event.preventDefault();
        event.stopPropagation();
        event.dataTransfer.dropEffect = 'copy';
      },
      onDragLeave: (event) => {
        if (!isWanted(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) end();
      },
      onDrop: (event) => {
        end();
        if (!isWanted(event)) return;
        event.preventDefault();
        event.stopPropagation();
        const dropped = droppedOf(event.dataTransfer);
        if (!isNothing(dropped)) onDrop(dropped);
      },
    },
  };
};
