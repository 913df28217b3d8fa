/** A lane at the source, from LANE to ACCEPT (docs/PROTOCOL.md, "Lanes"). */

import { HexdropError } from '../../../../shared/errors/errors.ts';
import type { FrameStream } from '../../session/frame-stream.ts';

/** A lane that has been joined and not chosen yet: the sink has nothing to say on it, and before ACCEPT nobody has. */
export function holdLane(lane: FrameStream): void {
  lane.handTo({
    admit: (type) => {
      if (type !== 'ERROR')
        throw new HexdropError('unexpected-frame', `${type} came on a lane before ACCEPT.`);
    },
    control: () => lane.close(),
    bulk: () => {},
    // Once ACCEPT has come the session watches it; should it be gone by then, CANCEL may explain it.
    closed: () => {},
  });
}
