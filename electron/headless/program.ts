/** One run of the browser shell: first of its home or not, host, page, until it is ended. */

import { lstatSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

import { displayName } from '../../shared/model/display-name.ts';
import { parsePeerLink } from '../../shared/model/peer-link.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import type { Host, HostOptions } from '../host/api.ts';
import type { Opening } from '../host/opening.ts';
import { keyLogInWords } from '../host/key-log.ts';
import { claimInstance } from '../host/single-instance.ts';
import type { UiEnd, UiRequest } from '../host/ui-program.ts';
import { AddressBoard } from './announce.ts';
import type { RemoteWords } from './announce.ts';
import { browserKey, hasScreen, openBrowser } from './browser.ts';
import { loadPageCertificate } from './certificate.ts';
import { machineAddresses } from './host-names.ts';
import { isLoopback } from '../base/origin.ts';
import { pagePassword } from './page-password.ts';
import { readPageFiles } from './page-files.ts';
import { UiServer } from './server.ts';
import type { UiReach } from './server.ts';
import { shellServices } from './shell-services.ts';

export interface UiSurroundings {
  /** The built page. */
  readonly pageFolder: string;
  /** Where a page for other machines listens; everywhere when absent. */
  readonly remoteAddress?: string;
  readonly platform: NodeJS.Platform;
  readonly createHost: (options: HostOptions) => Promise<Host>;
}

/** What a second start is told. */
interface FirstOne {
  readonly url: string;
  /** For the browser that the second one opens. */
  readonly browserUrl: string;
}

/** Never rejects. */
export const runUi = async (request: UiRequest, surroundings: UiSurroundings): Promise<UiEnd> => {
  const closers: (() => Promise<void>)[] = [];
  try {
    return await run(request, surroundings, (close) => closers.push(close));
  } catch (thrown) {
    if (request.signal.aborted) return { kind: 'interrupted' };
    const { code, message, seen, allowed } = asHexdropError(thrown);
    return {
      kind: 'failed',
      code,
      message,
      ...(seen === undefined ? {} : { seen }),
      ...(allowed === undefined ? {} : { allowed }),
    };
  } finally {
    for (const close of closers.reverse()) await close().catch(() => undefined);
  }
};

const run = async (
  request: UiRequest,
  surroundings: UiSurroundings,
  closeAtEnd: (close: () => Promise<void>) => void,
): Promise<UiEnd> => {
  const openings = openingsOf(request.paths);
  const { platform } = surroundings;
  const opensBrowser = request.opensBrowser ?? (!request.isJson && hasScreen(request.env, platform));

  const ready = deferred<{ readonly host: Host; readonly first: () => FirstOne }>();
  // When this one fails to start, a second one is told nothing.
  ready.promise.catch(() => undefined);
  const instance = await claimInstance(
    request.home,
    (handedOver) => {
      ready.promise.then(({ host }) => open(host, handedOver, request)).catch(() => undefined);
    },
    async () => JSON.stringify((await ready.promise).first()),
  );
  if (!instance.isFirst) {
    const first = firstOneFrom(await instance.handOver(openings));
    await tellOfFirst(first, request, surroundings, opensBrowser);
    return { kind: 'done' };
  }
  closeAtEnd(() => instance.close());
  // This has no effect once it runs; a second start must not wait for one that never will.
  closeAtEnd(async () => ready.reject(new HexdropError('shutting-down')));

  const quit = deferred<UiEnd>();
  const files = readPageFiles(surroundings.pageFolder);
  const remote = await remoteReach(request, surroundings);
  const host = await surroundings.createHost({
    home: request.home,
    overrides: overridesOf(request),
    ...(request.keyLog === undefined ? {} : { keyLog: request.keyLog }),
    shell: shellServices({
      env: request.env,
      platform,
      startCommand: startCommandOf(request),
      quit: () => quit.resolve({ kind: 'done' }),
    }),
  });
  closeAtEnd(() => host.close());
  if (request.keyLog !== undefined) request.voice.note(keyLogInWords(request.keyLog));
  const server = await UiServer.listen({
    files,
    reach: remote?.reach ?? { kind: 'loopback' },
    allowedHosts: request.allowedHosts,
    ...(request.port === undefined ? {} : { port: request.port }),
    connect: (window) => host.connect(window),
  });
  // Before the host: a window hears that the program ends, and not that its answers fail.
  closeAtEnd(() => server.close());

  const board = new AddressBoard(server, request.voice);
  const browserUrl = (): string =>
    `${server.addressFor('127.0.0.1')}#${server.keys.issue(browserKey(platform))}`;
  board.announce(host.deviceId, remote?.words);
  ready.resolve({ host, first: () => ({ url: board.address, browserUrl: browserUrl() }) });
  await open(host, openings, request);
  if (opensBrowser) await openBrowser(browserUrl(), request.env, platform);
  return Promise.race([quit.promise, interrupted(request.signal)]);
};

/** A folder that cannot be shared is no reason not to run. */
const open = async (host: Host, openings: readonly Opening[], { voice }: UiRequest): Promise<void> => {
  if (openings.length === 0) return;
  try {
    await host.openWith(openings);
  } catch (thrown) {
    voice.warn(asHexdropError(thrown).message);
  }
};

const interrupted = (signal: AbortSignal): Promise<UiEnd> =>
  new Promise((resolve) => {
    const end = (): void => resolve({ kind: 'interrupted' });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

const deferred = <Value>(): Deferred<Value> => {
  let settle: Pick<Deferred<Value>, 'resolve' | 'reject'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};

/** Refuses the whole call when one is not there, before anything is started. */
const openingsOf = (paths: readonly string[]): readonly Opening[] =>
  paths.map((path) => {
    if (/^hexdrop:\/\//i.test(path)) return linkOpening(path);
    const absolute = resolve(path);
    try {
      lstatSync(absolute);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      const reason =
        code === 'EACCES' || code === 'EPERM'
          ? 'the system does not permit to look at it'
          : 'there is no such file or folder';
      throw new HexdropError('usage', `"${path}" cannot be opened: ${reason}.`, { seen: path });
    }
    return { path: absolute };
  });

const linkOpening = (link: string): Opening => {
  if (parsePeerLink(link) !== undefined) return { link };
  throw new HexdropError('usage', `"${displayName(link.slice(0, 200))}" is no link to a shared folder.`, {
    seen: link,
    allowed: 'hexdrop://host:port/share/path',
  });
};

const overridesOf = ({
  alias,
  downloadDir,
  allowPlain,
  transferHost,
}: UiRequest): NonNullable<HostOptions['overrides']> => ({
  ...(alias === undefined ? {} : { alias }),
  ...(downloadDir === undefined ? {} : { downloadDir: resolve(downloadDir) }),
  ...(allowPlain === undefined ? {} : { allowPlain }),
  ...(transferHost === undefined ? {} : { host: transferHost }),
  // Nobody elsewhere could reach what would be announced.
  ...(transferHost !== undefined && isLoopback(transferHost) ? { discovery: false } : {}),
});

const remoteReach = async (
  { allowRemote, allowedHosts, home, passwordFile, env, voice }: UiRequest,
  { platform, remoteAddress }: UiSurroundings,
): Promise<{ readonly reach: UiReach; readonly words: RemoteWords } | undefined> => {
  if (!allowRemote) {
    if (passwordFile === undefined) return undefined;
    throw new HexdropError(
      'usage',
      '--password-file is for --allow-remote: other users of this machine need an address with a key as well.',
    );
  }
  const named = env['HEXDROP_UI_PASSWORD_FILE'];
  const file = passwordFile ?? (named === '' ? undefined : named);
  const password = pagePassword(file, platform, (line) => voice.warn(line));
  const names = allowedHosts.map((host) => host.replace(/:\d+$/, ''));
  const certificate = await loadPageCertificate(
    home,
    [...new Set([hostname(), 'localhost', ...names, ...machineAddresses()])],
    { trouble: ({ message }) => voice.warn(message) },
  );
  return {
    reach: {
      kind: 'remote',
      certificate,
      password: password.password,
      ...(remoteAddress === undefined ? {} : { address: remoteAddress }),
    },
    words: { fingerprint: certificate.fingerprint, password },
  };
};

/** A password that nobody has read cannot be typed: without a file it starts for this machine alone. */
const startCommandOf = ({
  startCommand,
  home,
  port,
  allowRemote,
  allowedHosts,
  passwordFile,
}: UiRequest): readonly string[] => [
  ...startCommand,
  'ui',
  '--no-open',
  `--home=${resolve(home)}`,
  ...(port === undefined || port === 0 ? [] : [`--port=${port}`]),
  ...allowedHosts.map((host) => `--allow-host=${host}`),
  ...(allowRemote && passwordFile !== undefined
    ? ['--allow-remote', `--password-file=${resolve(passwordFile)}`]
    : []),
];

/** What another version, or the desktop's shell, answers is not for us. */
const firstOneFrom = (text: string): FirstOne | undefined => {
  try {
    const { url, browserUrl } = JSON.parse(text) as Partial<FirstOne>;
    return typeof url === 'string' && typeof browserUrl === 'string' ? { url, browserUrl } : undefined;
  } catch {
    return undefined;
  }
};

const tellOfFirst = async (
  first: FirstOne | undefined,
  { voice, paths, env, keyLog }: UiRequest,
  { platform }: UiSurroundings,
  opensBrowser: boolean,
): Promise<void> => {
  const taken = paths.length === 0 ? '' : ' It has taken what was given here.';
  voice.event({
    event: 'handed-over',
    paths: paths.length,
    ...(first === undefined ? {} : { url: first.url }),
  });
  voice.note(`Hexdrop runs already.${taken}`);
  if (keyLog !== undefined)
    voice.warn('It was started before, so --keylog has no effect: no keys are written.');
  if (first === undefined) return;
  voice.result(`Hexdrop is in the browser: ${first.url}`);
  if (opensBrowser) await openBrowser(first.browserUrl, env, platform);
};
