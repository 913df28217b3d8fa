/**
 * What no page of this program may do, whatever is in it: leave, open windows, embed others, ask for devices, reach the
 * network. And who may speak to main: the main frame of our window, while it shows our page.
 */

import { app } from 'electron';
import type { IpcMainEvent, IpcMainInvokeEvent, Session, WebContents } from 'electron';

import { isPageUrl, pageOrigin } from './page.ts';

/** Copying an address needs to write to the clipboard; an offer that comes while nobody looks needs to be told. */
const allowedPermissions: ReadonlySet<string> = new Set(['notifications', 'clipboard-sanitized-write']);

/** All that a page could fetch beside app: and blob:. */
const networkUrls = [
  'http://*/*',
  'https://*/*',
  'ws://*/*',
  'wss://*/*',
  'ftp://*/*',
  'file://*/*',
] as const;

/** For every page that will ever be made, also one that nobody meant to make. */
export const guardPages = (): void => {
  app.on('web-contents-created', (_, contents) => guardContents(contents));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _certificates, answer) => {
    event.preventDefault();
    answer();
  });
  app.on('login', (event, _contents, _details, _info, answer) => {
    event.preventDefault();
    answer();
  });
};

const guardContents = (contents: WebContents): void => {
  // A reload that the page asks for counts as a navigation to itself.
  contents.on('will-navigate', (event) => {
    if (!isPageUrl(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPageUrl(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // WebRTC passes by all rules for requests: without a proxy it may send nothing.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
};

export const guardSession = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(allowedPermissions.has(permission) && isPageUrl(details.requestingUrl));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      allowedPermissions.has(permission) && origin.replace(/\/$/, '') === pageOrigin,
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest({ urls: [...networkUrls] }, (_details, answer) =>
    answer({ cancel: true }),
  );
  // What the page made itself may be saved, with the system's dialog; nothing else is downloaded.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${pageOrigin}/`)) event.preventDefault();
  });
};

/** Whether a message comes from the main frame of this window while it shows our page. */
export const isFromPage = (event: IpcMainEvent | IpcMainInvokeEvent, contents: WebContents): boolean => {
  const frame = event.senderFrame;
  return (
    event.sender === contents &&
    frame !== null &&
    frame.parent === null &&
    frame.origin === pageOrigin &&
    isPageUrl(frame.url)
  );
};
