/**
 * The road between a window and the engine's side. Electron carries it over a MessagePort, a browser over a
 * WebSocket, tests over memory; nobody above this interface can tell which.
 */

/** A browser's Blob: content that may be on the disk still. */
export interface LinkBlob {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** One message: plain data, and at most one run of bytes beside it. */
export interface LinkMessage {
  readonly json: unknown;
  readonly bytes?: Uint8Array;
  /** In place of bytes, over a link that `takesBlobs`: the other side gets them as bytes. */
  readonly blob?: LinkBlob;
}

/** Ordered and reliable until it closes. */
export interface MessageLink {
  send(message: LinkMessage): void;
  /** One listener; messages that came before it was set are kept for it. */
  onMessage(listener: (message: LinkMessage) => void): void;
  /** Called once, also when it is closed already. `reason` is for logs. */
  onClose(listener: (reason: string) => void): void;
  close(): void;
  /** Bytes handed over and not yet taken by the other side's system; 0 where the link cannot tell. */
  readonly queuedBytes: number;
  /**
   * A browser reads a file straight into its socket, at a third of what it costs to bring it through a page. When it
   * cannot be read the link breaks: whoever sends it looks before.
   */
  readonly takesBlobs?: boolean;
}
