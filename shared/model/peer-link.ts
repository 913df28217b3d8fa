/**
 * Links to what another device shares: `hexdrop://host:port/share/path`. They come from web pages, mails and chats, so they are
 * read as hostile input: what is not exactly of this form is no link. A link names a place; it never carries a PIN or a key.
 */

export interface PeerLink {
  /** What a person would type: `10.0.0.5:18520`, `[fe80::1%eth0]:18520`, `attic.local`. */
  readonly address: string;
  /** From the share's name on, with '/'; '' is the list of shares. */
  readonly path: string;
}

/** The longest address that browsers take is 2,083 characters; a path as deep as that is nobody's. */
const mostCharacters = 2_048;

// RFC 3986, without user information, query and fragment. A zone is percent-encoded in a link (RFC 6874).
const form =
  /^hexdrop:\/\/(?<host>\[[0-9a-f:.]{2,45}(?:%25[\w.~-]{1,32})?\]|[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?)(?::(?<port>[1-9]\d{0,4}))?(?<path>(?:\/[^/?#\s]*)*)$/iu;

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const neverInNames = /[\u0000-\u001f\u007f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069/\\]/u;

/** Undefined for whatever is no such link. */
export function parsePeerLink(text: string): PeerLink | undefined {
  if (text.length > mostCharacters) return undefined;
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { host = '', port, path = '' } = groups;
  if (port !== undefined && Number(port) > 65_535) return undefined;
  const names = path.split('/').slice(1).map(decoded);
  if (names.at(-1) === '') names.pop();
  if (!names.every(isName)) return undefined;
  const shown = host.toLowerCase().replace('%25', '%');
  return { address: port === undefined ? shown : `${shown}:${port}`, path: names.join('/') };
}

/** The link to a place; `parsePeerLink` reads it back. */
export function peerLink({ address, path }: PeerLink): string {
  const steps = path === '' ? [] : path.split('/');
  return `hexdrop://${[address.replace('%', '%25'), ...steps.map(encodeURIComponent)].join('/')}`;
}

function decoded(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}

const isName = (name: string | undefined): name is string =>
  name !== undefined && name !== '' && name !== '.' && name !== '..' && !neverInNames.test(name);
