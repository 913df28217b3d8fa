/** Between whom a connection of a capture file is, as far as its packets have told. */
export interface FlowEnds {
  readonly near: { readonly address: string; readonly port: number };
  readonly far: { readonly address: string; readonly port: number };
  dialer: 'near' | 'far' | 'unknown';
  readonly secure?: { readonly protocol: string; readonly cipher: string };
}
