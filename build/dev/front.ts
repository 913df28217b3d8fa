/**
 * Vite in front of the browser shell: its modules come from Vite, all else is asked of the program behind it, whose gate, keys
 * and cookies hold as they do without Vite. Only the content security policy of the page is wider, by what Vite puts into it.
 */

import { request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';

/** The program, as long as it runs. */
export interface Backend {
  readonly host: string;
  /** What is behind `#` in the address that the program shows. */
  readonly key: string;
}

const ofProgram = /^\/(?:$|enter$|login$|entrance\.(?:css|js)$|w\/)/u;
const pageOf = /^\/w\/[\w-]+\/$/u;

export class Front {
  /** Windows that the program has let in, by digest. */
  readonly #letIn = new Set<string>();
  readonly #renderer: string;
  readonly #nonce: string;
  #backend: Backend | undefined;
  #waiting: (() => void)[] = [];

  constructor(renderer: string, nonce: string) {
    this.#renderer = renderer;
    this.#nonce = nonce;
  }

  get backend(): Backend | undefined {
    return this.#backend;
  }

  /** Undefined while the program starts again: requests wait. */
  set backend(backend: Backend | undefined) {
    this.#backend = backend;
    if (backend === undefined) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  plugin(): Plugin {
    return {
      name: 'hexdrop-front',
      configureServer: (server) => {
        server.middlewares.use((request, response, next) => {
          if (!ofProgram.test(request.url ?? '')) return next();
          this.#answer(server, request, response).catch((error: Error) => response.destroy(error));
        });
        server.httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
          // Vite's own socket has another address.
          if (ofProgram.test(request.url ?? '')) void this.#join(request, socket, head);
        });
      },
    };
  }

  async #answer(server: ViteDevServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const backend = await this.#running();
    const told = await this.#ask(backend, request);
    const isPage = request.method === 'GET' && pageOf.test(request.url ?? '');
    if (isPage && told.statusCode === 200) {
      this.#letIn.add(windowOf(request));
      told.resume();
      return this.#page(server, request, response, told);
    }
    if (isPage && told.statusCode === 401 && this.#letIn.has(windowOf(request))) {
      told.resume();
      return this.#enterAgain(backend, response);
    }
    response.writeHead(told.statusCode ?? 502, told.headers);
    told.pipe(response);
  }

  async #page(
    server: ViteDevServer,
    request: IncomingMessage,
    response: ServerResponse,
    told: IncomingMessage,
  ): Promise<void> {
    const html = readFileSync(join(this.#renderer, 'index.html'), 'utf8');
    const page = await server.transformIndexHtml('/index.html', html, request.url);
    const { 'content-length': _length, etag: _etag, ...headers } = told.headers;
    const policy = String(headers['content-security-policy'])
      .replace("script-src 'self'", `script-src 'self' 'nonce-${this.#nonce}'`)
      .replace("style-src 'self'", `style-src 'self' 'nonce-${this.#nonce}'`)
      .replace(/connect-src [^;]+/u, `connect-src 'self' ws://${request.headers.host}`);
    response.writeHead(200, { ...headers, 'content-security-policy': policy });
    response.end(page);
  }

  /** The program has started again and knows nobody: whoever was let in before is let in again, with a key of its own. */
  async #enterAgain({ host, key }: Backend, response: ServerResponse): Promise<void> {
    const origin = `http://${host}`;
    const entered = await fetch(`${origin}/enter`, { method: 'POST', body: key, headers: { origin } });
    const path = await entered.text();
    if (!entered.ok) throw new Error(`The program does not take its own key: ${path}`);
    response.writeHead(302, { location: path, 'set-cookie': entered.headers.getSetCookie() });
    response.end();
  }

  async #join(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { host } = await this.#running();
    const upstream = ask(`http://${host}${request.url}`, { headers: behind(request, host) });
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    // The program refuses it.
    upstream.on('response', (told) =>
      socket.end(`HTTP/1.1 ${told.statusCode} ${told.statusMessage}\r\n\r\n`),
    );
    upstream.on('upgrade', (told, peer, first) => {
      const fields = told.rawHeaders.reduce(
        (text, part, index) => `${text}${part}${index % 2 === 0 ? ': ' : '\r\n'}`,
        '',
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`);
      socket.write(first);
      peer.write(head);
      for (const [from, to] of [
        [socket, peer],
        [peer, socket],
      ] as const) {
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    upstream.end();
  }

  #ask({ host }: Backend, request: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = ask(
        `http://${host}${request.url}`,
        { method: request.method ?? 'GET', headers: behind(request, host) },
        resolve,
      );
      asked.on('error', reject);
      request.pipe(asked);
    });
  }

  async #running(): Promise<Backend> {
    while (this.#backend === undefined)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    return this.#backend;
  }
}

/** What the program is told of a request. What does not come from a page of ours is told as it is, and refused there. */
function behind({ headers }: IncomingMessage, host: string): IncomingMessage['headers'] {
  const { host: here, origin } = headers;
  const isOurs = /^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/u.test(here ?? '');
  return {
    ...headers,
    ...(isOurs ? { host } : {}),
    ...(isOurs && origin === `http://${here}` ? { origin: `http://${host}` } : {}),
  };
}

const windowOf = ({ url, headers }: IncomingMessage): string =>
  createHash('sha256').update(`${url} ${headers.cookie}`).digest('hex');
