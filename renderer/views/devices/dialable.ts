/** An address as people type it elsewhere: IPv6 stands in brackets before its port. It came from elsewhere: made harmless. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { Endpoint } from '../../../shared/model/peer.ts';

export const dialable = ({ host, port }: Endpoint): string =>
  displayName(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
