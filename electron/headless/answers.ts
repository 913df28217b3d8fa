/** Reads what a request carries and writes what it is answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';

import { entranceHeaders, pageHeaders } from './headers.ts';
import type { PageFile } from './page-files.ts';
import type { Refusal } from './gate.ts';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const html = 'text/html; charset=utf-8';
const text = 'text/plain; charset=utf-8';

export const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers = {} }: Answer,
): void => {
  const bytes = Buffer.from(body);
  // A body that nobody reads any more would be taken for the next request.
  const ending = request.complete || request.method !== 'POST' ? {} : { Connection: 'close' };
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    ...entranceHeaders(),
    ...headers,
    ...ending,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
};

export const answerPage = (
  request: IncomingMessage,
  response: ServerResponse,
  page: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void => answer(request, response, { status, type: html, body: page, headers });

export const answerText = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => answer(request, response, { status, type: text, body, headers });

export const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, reason, allow }: Refusal,
): void => answerText(request, response, status, `${reason}\n`, allow === undefined ? {} : { Allow: allow });

/** A file of the program's page. Its index names the files of this build, so it is never kept. */
export const answerFile = (
  request: IncomingMessage,
  response: ServerResponse,
  file: PageFile,
  origin: string,
): void => {
  const isIndex = file.type === html;
  const caching = isIndex
    ? 'no-store'
    : file.isImmutable
      ? 'private, max-age=31536000, immutable'
      : 'private, no-cache';
  const headers = { ...pageHeaders(origin), 'Cache-Control': caching, ETag: file.etag };
  if (!isIndex && request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Type': file.type, 'Content-Length': file.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
};

/** On a connection that wanted to become something else. */
export const refuseUpgrade = (socket: Duplex, status: number): void => {
  const ending = ['Connection: close', 'Content-Length: 0', 'Cache-Control: no-store', '', ''].join('\r\n');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${ending}`, () => socket.destroy());
};

/** Undefined when it is larger than that. */
export const readBody = async (request: IncomingMessage, mostBytes: number): Promise<string | undefined> => {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
