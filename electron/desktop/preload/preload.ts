/**
 * Runs in the window's process before the page, in a world of its own and in a sandbox: it may require 'electron' and
 * nothing else. Puts the functions of the bridge on the page, and keeps what the page must not have: Electron's IPC,
 * and the paths of dropped files.
 */

import { contextBridge, ipcRenderer, webUtils } from 'electron';

import type { LinkMessage } from '../../../shared/ipc/link.ts';
import type { HexdropBridge } from '../../../shared/ipc/preload.ts';
import { channels, isGoodbye } from '../channels.ts';
import type { Goodbye } from '../channels.ts';

const bridge: HexdropBridge = {
  platform: process.platform,

  openLink(onMessage, onClose) {
    const { port1: ours, port2: theirs } = new MessageChannel();
    let isOpen = true;
    const ended = (reason: string): void => {
      if (!isOpen) return;
      isOpen = false;
      ours.close();
      onClose(reason);
    };
    ours.addEventListener('close', () => ended('closed there'));
    ours.addEventListener('message', ({ data }: MessageEvent<LinkMessage | Goodbye>) => {
      if (isGoodbye(data)) ended(data.goodbye);
      else if (isOpen) onMessage(data);
    });
    ours.start();
    ipcRenderer.postMessage(channels.link, null, [theirs]);
    return {
      send: (message) => {
        if (isOpen) ours.postMessage(message);
      },
      close: () => {
        if (isOpen) ours.postMessage({ goodbye: 'closed by the page' } satisfies Goodbye);
        ended('closed here');
      },
    };
  },

  async grantsOf(files) {
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');
    return paths.length === 0 ? [] : ipcRenderer.invoke(channels.grant, paths);
  },

  pick: (kind) => ipcRenderer.invoke(channels.pick, kind),

  show: () => ipcRenderer.send(channels.show),
};

contextBridge.exposeInMainWorld('hexdrop', bridge);
