/**
 * The first look at every request, before anything is done for it: is it asked under a name of ours, by a page of
 * ours, in a form that we use. Pure. What only a browser that was let in may have is not decided here.
 */

import type { IncomingMessage } from 'node:http';

import type { HostNames } from './host-names.ts';

export interface Refusal {
  readonly status: number;
  /** A sentence for whoever debugs it. */
  readonly reason: string;
  /** The Allow field of a 405. */
  readonly allow?: string;
}

export type Passage =
  | {
      readonly passes: true;
      readonly method: 'GET' | 'HEAD' | 'POST';
      readonly path: string;
      readonly origin: string;
    }
  | { readonly passes: false; readonly refusal: Refusal };

export type RequestFacts = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

/** What a browser says about where a request comes from; programs say nothing. */
const ownSites = new Set(['same-origin', 'none']);

const methods = ['GET', 'HEAD', 'POST'] as const;

const refused = (status: number, reason: string, allow?: string): Passage => ({
  passes: false,
  refusal: { status, reason, ...(allow === undefined ? {} : { allow }) },
});

const countOf = (name: string, { rawHeaders }: RequestFacts): number =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;

export const passGate = (
  request: RequestFacts,
  names: HostNames,
  isSecure: boolean,
  isUpgrade = false,
): Passage => {
  const { headers } = request;
  const { host } = headers;
  if (host === undefined || countOf('host', request) !== 1) return refused(400, 'One Host field is needed.');
  if (!names.isOurs(host)) return refused(421, 'This program is not known under that name.');

  const origin = `${isSecure ? 'https' : 'http'}://${host.toLowerCase()}`;
  const method = methods.find((known) => known === request.method);
  if (method === undefined) return refused(405, 'This method is not used here.', methods.join(', '));
  const seenOrigin = headers.origin;
  if (countOf('origin', request) > 1) return refused(400, 'One Origin field at most.');
  const mustTell = isUpgrade || method === 'POST';
  if (seenOrigin === undefined ? mustTell : seenOrigin.toLowerCase() !== origin) {
    return refused(403, 'Only pages of this program may ask.');
  }

  const url = request.url ?? '';
  // Other forms are for proxies. A query, an escape or a step upwards stands in no address of ours.
  if (!/^\/[A-Za-z0-9._~/-]{0,300}$/.test(url)) return refused(404, 'There is nothing of that name.');

  const site = headers['sec-fetch-site'];
  const isFirstLook =
    url === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  // A link that somebody follows may lead to the entrance, and no further.
  if (typeof site === 'string' && !ownSites.has(site) && !isFirstLook) {
    return refused(403, 'Only pages of this program may ask.');
  }
  return { passes: true, method, path: url, origin };
};
