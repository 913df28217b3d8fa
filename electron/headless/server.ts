/**
 * The page over HTTP. What is served: an entrance that lets browsers in by key or password, and for those that were
 * let in, below a path of their own, the files of the page and one WebSocket. Everything else is refused, and every
 * request passes the gate first. docs/SECURITY.md, "The browser shell", says against whom.
 */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { AddressCounter } from '../base/address-counter.ts';
import type { WindowPort } from '../host/api.ts';
import { answer, answerFile, answerPage, answerText, readBody, refuse, refuseUpgrade } from './answers.ts';
import type { PageCertificate } from './certificate.ts';
import { entrancePage, entranceScript, entranceStyle } from './entrance.ts';
import type { EntranceNotice } from './entrance.ts';
import { EntryKeys } from './entry-keys.ts';
import { passGate } from './gate.ts';
import type { Passage } from './gate.ts';
import { loopbackNames, machineNames, plainAddress } from './host-names.ts';
import { isLoopback } from '../base/origin.ts';
import type { HostNames } from './host-names.ts';
import { uiLimits } from './limits.ts';
import type { UiLimits } from './limits.ts';
import { isOwnUser } from './own-user.ts';
import { indexName } from './page-files.ts';
import type { PageFiles } from './page-files.ts';
import { PasswordGuard } from './password.ts';
import { bindPort } from './ports.ts';
import { WindowSessions } from './window-sessions.ts';
import type { WindowSession } from './window-sessions.ts';
import { Windows } from './windows.ts';

/** There is no third kind: what can be reached from elsewhere has TLS and a password. */
export type UiReach =
  | { readonly kind: 'loopback' }
  | {
      readonly kind: 'remote';
      readonly certificate: PageCertificate;
      readonly password: string;
      /** Where it listens; everywhere when absent. */
      readonly address?: string;
    };

export interface UiServerOptions {
  readonly files: PageFiles;
  readonly reach: UiReach;
  /** 0 takes a free one; without it the usual one or one of the next. */
  readonly port?: number;
  /** Further names that a browser may ask under. */
  readonly allowedHosts?: readonly string[];
  readonly limits?: UiLimits;
  readonly now?: () => number;
  readonly connect: (window: WindowPort) => void;
}

type Passed = Extract<Passage, { passes: true }>;

const windowPath = /^\/w\/([\w-]{22})\/(.*)$/;
/** The name of the WebSocket below a window's path (renderer/link/connect.ts). */
const linkName = 'link';

export class UiServer {
  readonly keys: EntryKeys;
  readonly #options: UiServerOptions;
  readonly #limits: UiLimits;
  readonly #isSecure: boolean;
  readonly #sessions: WindowSessions;
  readonly #windows: Windows;
  readonly #password: PasswordGuard | undefined;
  readonly #connections: AddressCounter;
  #servers: readonly Server[] = [];
  #names: HostNames = { isOurs: () => false };
  #port = 0;

  /** @throws HexdropError port-taken, permission-denied */
  static async listen(options: UiServerOptions): Promise<UiServer> {
    const server = new UiServer(options);
    await server.#listen();
    return server;
  }

  private constructor(options: UiServerOptions) {
    const { reach, now = Date.now, limits = uiLimits } = options;
    this.#options = options;
    this.#limits = limits;
    this.#isSecure = reach.kind === 'remote';
    this.#password = reach.kind === 'remote' ? new PasswordGuard(reach.password, now) : undefined;
    this.keys = new EntryKeys(now);
    this.#sessions = new WindowSessions(now);
    this.#windows = new Windows(limits, options.connect);
    this.#connections = new AddressCounter(limits.connectionsPerAddress, limits.connections);
  }

  get port(): number {
    return this.#port;
  }

  /** As people type it, without a key. */
  addressFor(host: string): string {
    const name = host.includes(':') ? `[${host}]` : host;
    return `${this.#isSecure ? 'https' : 'http'}://${name}:${this.#port}/`;
  }

  async close(): Promise<void> {
    this.#windows.close();
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  }

  async #listen(): Promise<void> {
    const { reach, port, allowedHosts = [] } = this.#options;
    const bound = await bindPort({
      port,
      address: reach.kind === 'loopback' ? 'loopback' : (reach.address ?? '::'),
      makeServer: () => this.#makeServer(),
    });
    this.#servers = bound.servers;
    this.#port = bound.port;
    const names = { port: bound.port, isSecure: this.#isSecure, allowed: allowedHosts };
    this.#names = reach.kind === 'loopback' ? loopbackNames(names) : machineNames(names);
  }

  #makeServer(): Server {
    const limits = this.#limits;
    const { reach } = this.#options;
    const common: ServerOptions = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.checkMs,
    };
    const server =
      reach.kind === 'loopback'
        ? createServer(common)
        : createTlsServer({
            ...common,
            key: reach.certificate.keyPem,
            cert: reach.certificate.certificatePem,
            minVersion: 'TLSv1.3',
            handshakeTimeout: limits.tlsHandshakeMs,
          });
    server.on('connection', (socket: Socket) => this.#count(socket));
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('clientError', refuseRubbish);
    return server;
  }

  #count(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    if (this.#options.reach.kind === 'loopback' && !isLoopback(address)) {
      socket.destroy();
      return;
    }
    const admission = this.#connections.enter(address);
    if (admission !== 'turned-away') socket.once('close', () => this.#connections.leave(address));
    if (admission !== 'admitted') socket.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passage = passGate(request, this.#names, this.#isSecure);
    if (!passage.passes) return refuse(request, response, passage.refusal);
    const { method, path } = passage;
    if (path === '/enter' || (path === '/login' && this.#password !== undefined)) {
      if (method !== 'POST') return refuse(request, response, postOnly);
      return path === '/enter' ? this.#enter(request, response) : this.#login(request, response);
    }
    if (method === 'POST') return refuse(request, response, readOnly);
    switch (path) {
      case '/':
        return this.#entrance(request, response, { kind: 'none' }, 200);
      case '/entrance.css':
        return answer(request, response, {
          status: 200,
          type: 'text/css; charset=utf-8',
          body: entranceStyle,
        });
      case '/entrance.js':
        return answer(request, response, {
          status: 200,
          type: 'text/javascript; charset=utf-8',
          body: entranceScript,
        });
      case '/favicon.ico':
        return answerText(request, response, 404, '');
      default:
        return this.#window(request, response, passage);
    }
  }

  /** Files of the page, for browsers that were let in. */
  #window(request: IncomingMessage, response: ServerResponse, { path, origin }: Passed): void {
    const [, id = '', name = ''] = windowPath.exec(path) ?? [];
    if (id === '') return refuse(request, response, unknown);
    if (this.#sessions.find(id, request.headers.cookie) === undefined) {
      return this.#entrance(request, response, { kind: 'closed' }, 401);
    }
    if (name === linkName) return refuse(request, response, socketOnly);
    const file = this.#options.files.get(name === '' ? indexName : name);
    if (file === undefined) return refuse(request, response, unknown);
    return answerFile(request, response, file, origin);
  }

  #entrance(
    request: IncomingMessage,
    response: ServerResponse,
    notice: EntranceNotice,
    status: number,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const languages = request.headers['accept-language'];
    const page = entrancePage({ notice, asksPassword: this.#password !== undefined, languages });
    answerPage(request, response, page, status, headers);
  }

  async #enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = await readBody(request, this.#limits.bodyBytes);
    if (key === undefined) return refuse(request, response, tooLarge);
    if (!this.keys.redeem(key, () => isOwnUser(request.socket))) {
      return answerText(request, response, 401, 'This key opens nothing.\n');
    }
    const { session, cookie } = this.#sessions.open(this.#isSecure);
    return answerText(request, response, 200, session.path, { 'Set-Cookie': cookie });
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, this.#limits.bodyBytes);
    if (body === undefined || this.#password === undefined) return refuse(request, response, tooLarge);
    const password = new URLSearchParams(body).get('password') ?? '';
    const verdict = await this.#password.check(password, plainAddress(request.socket.remoteAddress));
    switch (verdict.kind) {
      case 'right': {
        const { session, cookie } = this.#sessions.open(this.#isSecure);
        return answerText(request, response, 303, '', { Location: session.path, 'Set-Cookie': cookie });
      }
      case 'wrong':
        return this.#entrance(request, response, { kind: 'wrong-password' }, 401);
      case 'wait': {
        const seconds = Math.ceil(verdict.waitMs / 1_000);
        return this.#entrance(request, response, { kind: 'wait', seconds }, 429, {
          'Retry-After': `${seconds}`,
        });
      }
      case 'busy':
        return this.#entrance(request, response, { kind: 'busy' }, 503, { 'Retry-After': '1' });
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const passage = passGate(request, this.#names, this.#isSecure, true);
    if (!passage.passes) return refuseUpgrade(socket, passage.refusal.status);
    const [, id = '', name] = windowPath.exec(passage.path) ?? [];
    if (passage.method !== 'GET' || id === '' || name !== linkName) return refuseUpgrade(socket, 404);
    const session = this.#sessions.find(id, request.headers.cookie);
    if (session === undefined) return refuseUpgrade(socket, 401);
    if (this.#windows.isFull) return refuseUpgrade(socket, 503);
    this.#openWindow(request, socket, head, session);
  }

  #openWindow(request: IncomingMessage, socket: Duplex, head: Buffer, session: WindowSession): void {
    session.openWindows += 1;
    this.#windows.open(request, socket, head, () => {
      session.openWindows -= 1;
      this.#sessions.touch(session);
    });
  }
}

const postOnly = { status: 405, reason: 'Only POST is used here.', allow: 'POST' };
const readOnly = { status: 405, reason: 'Only GET and HEAD are used here.', allow: 'GET, HEAD' };
const unknown = { status: 404, reason: 'There is nothing of that name.' };
const socketOnly = { status: 426, reason: 'This is a WebSocket.' };
const tooLarge = { status: 413, reason: 'That is more than is needed here.' };

/** The errors of Node's parser and timers that a browser may be told. */
const rubbishStatus: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function refuseRubbish(error: NodeJS.ErrnoException, socket: Duplex): void {
  const code = error.code ?? '';
  const status = rubbishStatus[code] ?? (code.startsWith('HPE_') ? 400 : undefined);
  if (status === undefined || !socket.writable) socket.destroy();
  else refuseUpgrade(socket, status);
}
