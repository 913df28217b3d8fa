/** How files are opened whose place something else may have taken since they were looked at. */

import { constants } from 'node:fs';

/** For reading. A FIFO is not waited for, and a link is not followed. */
export const readingFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
