import { MessageChannel } from 'node:worker_threads';
import { contractSuite } from '../host/testing/contract.suite.ts';
import { PortLink } from './link.ts';
import { mainPort } from './testing/main-port.ts';

/** Node's ports stand in for Electron's; a MessagePort's other end is a port like it. */
contractSuite('a MessagePort', () => {
  const { port1, port2 } = new MessageChannel();
  return [new PortLink(mainPort(port1)), new PortLink(mainPort(port2))];
});
