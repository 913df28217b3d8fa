import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import { contractSuite } from '../host/testing/contract.suite.ts';
import type { LinkPair } from '../host/testing/hosts.ts';
import { uiLimits } from './limits.ts';
import { Rig } from './testing/ui-server.ts';
import { WebSocketLink } from './web-socket-link.ts';

/** A WebSocket through the whole server: gate, key, cookie. */
const overWebSocket = async (): Promise<LinkPair> => {
  const rig = await Rig.start();
  onTestFinished(() => rig.close());
  const page = await rig.openWindow(await rig.enter());
  const [window] = rig.windows;
  if (!(page instanceof WebSocket) || window === undefined) throw new Error('no window');
  return [new WebSocketLink(page, uiLimits), window.link];
};

contractSuite('a WebSocket', overWebSocket);
