/** Which device is meant, and how it may be reached. */

import type { Endpoint } from '../../../shared/model/peer.ts';

export interface Reach {
  readonly to: Endpoint;
  /** More addresses of the same device. */
  readonly others?: readonly Endpoint[] | undefined;
  readonly plain: boolean;
  readonly acceptNewKey: boolean;
  /** The device that is meant; another key is refused before anything is sent. */
  readonly expectDeviceId?: string | undefined;
  /** Not dialed where else the device is announced. */
  readonly staysThere?: boolean;
}
