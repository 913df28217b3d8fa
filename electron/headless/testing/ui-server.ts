/** A browser of few words, and a host that only notes what it is given: for tests of the page's server. */

import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

import type { WindowPort } from '../../host/api.ts';
import type { PageFile, PageFiles } from '../page-files.ts';
import { uiLimits } from '../limits.ts';
import type { UiLimits } from '../limits.ts';
import { UiServer } from '../server.ts';
import type { UiServerOptions } from '../server.ts';

const file = (type: string, text: string, isImmutable = false): PageFile => ({
  type,
  bytes: Buffer.from(text),
  etag: `"${text.length}"`,
  isImmutable,
});

const pageFiles: PageFiles = new Map([
  ['index.html', file('text/html; charset=utf-8', '<!doctype html><p>the page</p>')],
  ['assets/index-3f2a99c1.js', file('text/javascript; charset=utf-8', 'the script', true)],
  ['icon.svg', file('image/svg+xml; charset=utf-8', '<svg/>')],
]);

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  /** Fields that replace what a browser would send; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: string;
}

const withoutAbsent = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | string[]
  >;

/** What a browser has after it was let in. */
export interface LetIn {
  readonly path: string;
  readonly cookie: string;
  readonly setCookie: string;
}

export class Rig {
  readonly server: UiServer;
  readonly windows: WindowPort[] = [];
  readonly #isSecure: boolean;
  readonly #sockets: WebSocket[] = [];

  static async start(
    options: Partial<Omit<UiServerOptions, 'limits'>> & {
      readonly limits?: Partial<UiLimits>;
      readonly usesUsualPort?: boolean;
    } = {},
  ): Promise<Rig> {
    const windows: WindowPort[] = [];
    const { limits, reach = { kind: 'loopback' }, usesUsualPort = false, ...rest } = options;
    const server = await UiServer.listen({
      files: pageFiles,
      ...(usesUsualPort ? {} : { port: 0 }),
      connect: (window) => windows.push(window),
      ...rest,
      reach,
      limits: { ...uiLimits, ...limits },
    });
    return new Rig(server, windows, reach.kind === 'remote');
  }

  private constructor(server: UiServer, windows: WindowPort[], isSecure: boolean) {
    this.server = server;
    this.windows = windows;
    this.#isSecure = isSecure;
  }

  get host(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  get origin(): string {
    return `${this.#isSecure ? 'https' : 'http'}://${this.host}`;
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answered> {
    const ask = this.#isSecure ? tlsRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const request = ask(
        {
          host: '127.0.0.1',
          port: this.server.port,
          path,
          method,
          agent: false,
          setHost: false,
          rejectUnauthorized: false,
          headers: withoutAbsent({ Host: this.host, ...headers }),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            text += piece;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  post(path: string, body: string, headers: Asking['headers'] = {}): Promise<Answered> {
    return this.ask(path, { method: 'POST', body, headers: { Origin: this.origin, ...headers } });
  }

  /** As the entrance's script does it. */
  async enter(key: string = this.server.keys.issue()): Promise<LetIn> {
    const { headers, text, status } = await this.post('/enter', key);
    if (status !== 200) throw new Error(`not let in: ${status} ${text}`);
    const [setCookie = ''] = headers['set-cookie'] ?? [];
    return { path: text, setCookie, cookie: setCookie.split(';', 1)[0] ?? '' };
  }

  /** Opens the WebSocket of a window; the status of a refusal otherwise. */
  async openWindow(
    { path, cookie }: Pick<LetIn, 'path' | 'cookie'>,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<WebSocket | number> {
    const scheme = this.#isSecure ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://127.0.0.1:${this.server.port}${path}link`, {
      rejectUnauthorized: false,
      headers: withoutAbsent({ Host: this.host, Origin: this.origin, Cookie: cookie, ...headers }),
    });
    this.#sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.once('error', reject);
    });
  }

  /** Bytes as they are; resolves with all that comes back when the other side has ended. */
  async raw(text: string, withinMs = 5_000): Promise<string> {
    const socket = connect(this.server.port, '127.0.0.1');
    socket.setTimeout(withinMs, () => socket.destroy(new Error('the server waits')));
    let heard = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      heard += piece;
    });
    socket.on('error', () => undefined);
    if (text !== '') socket.write(text);
    await once(socket, 'close');
    return heard;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.server.close();
  }
}
