/** The link over a WebSocket, in the browser shell. */

import { decodeLinkMessage, encodeLinkHead, encodeLinkMessage } from '../../shared/ipc/binary-codec.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import { Mailbox } from './mailbox.ts';

export const openSocketLink = (address: string): Promise<MessageLink> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    const mailbox = new Mailbox();
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      try {
        mailbox.take(decodeLinkMessage(typeof data === 'string' ? data : new Uint8Array(data)));
      } catch (thrown) {
        mailbox.end(thrown instanceof Error ? thrown.message : 'a message that cannot be read');
        socket.close();
      }
    });
    socket.addEventListener('close', ({ code, reason }) => {
      const why = reason === '' ? `code ${code}` : reason;
      mailbox.end(why);
      // This has no effect when it was open before.
      reject(new Error(why));
    });
    socket.addEventListener('open', () =>
      resolve({
        send: (message) => {
          if (socket.readyState !== WebSocket.OPEN) return;
          const { json, blob } = message;
          if (blob === undefined) socket.send(encodeLinkMessage(message));
          else socket.send(new Blob([encodeLinkHead(json, blob.size), blob as Blob]));
        },
        takesBlobs: true,
        onMessage: (listener) => mailbox.onMessage(listener),
        onClose: (listener) => mailbox.onClose(listener),
        close: () => {
          mailbox.end('closed here');
          socket.close();
        },
        get queuedBytes() {
          return socket.bufferedAmount;
        },
      }),
    );
  });
