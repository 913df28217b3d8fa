/** The link over the desktop shell's preload. */

import type { MessageLink } from '../../shared/ipc/link.ts';
import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { Mailbox } from './mailbox.ts';

export const openBridgeLink = async (shell: HexdropBridge): Promise<MessageLink> => {
  const mailbox = new Mailbox();
  const port = await shell.openLink(
    (message) => mailbox.take(message),
    (reason) => mailbox.end(reason),
  );
  return {
    send: (message) => {
      if (!mailbox.isClosed) port.send(message);
    },
    onMessage: (listener) => mailbox.onMessage(listener),
    onClose: (listener) => mailbox.onClose(listener),
    close: () => {
      if (mailbox.isClosed) return;
      port.close();
      mailbox.end('closed here');
    },
    queuedBytes: 0,
  };
};
