/** Whole hosts on loopback in one process, each with a home and a download folder of its own, closed after the test. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { createClient } from '../../../shared/ipc/client.ts';
import type { Client } from '../../../shared/ipc/client.ts';
import type { EventData, EventName } from '../../../shared/ipc/contract/index.ts';
import type { MessageLink } from '../../../shared/ipc/link.ts';
import { memoryLinkPair } from '../../../shared/testing/memory-link.ts';
import type { Snapshot } from '../../../shared/model/snapshot.ts';
import { contentOf, temporaryFolder } from '../../base/testing/trees.ts';
import type { Host, HostOptions, ShellServices } from '../api.ts';
import { createHost } from '../host.ts';

export type LinkPair = readonly [window: MessageLink, host: MessageLink];
export type MakeLinkPair = () => LinkPair | Promise<LinkPair>;

export const windowAbilities = {
  kind: 'browser',
  systemDialogs: false,
  droppedPaths: false,
  isRemote: false,
} as const;

export interface TestHost {
  readonly host: Host;
  readonly home: string;
  readonly downloadDir: string;
  /** What the shell was asked for. */
  readonly asked: string[];
  readonly open: (makeLinkPair?: MakeLinkPair, isRemote?: boolean) => TestWindow;
  readonly close: () => Promise<void>;
}

export interface TestWindow {
  readonly client: Client;
  /** Resolves with the first snapshot that fits, from the one of now on. */
  readonly until: (fits: (snapshot: Snapshot) => boolean) => Promise<Snapshot>;
  /** The first event of this name that fits, from those that came already on. */
  readonly next: <Name extends EventName>(
    name: Name,
    fits?: (data: EventData<Name>) => boolean,
  ) => Promise<EventData<Name>>;
  /** A ref for a path, as a person would type it. */
  readonly refFor: (path: string) => Promise<string>;
}

export async function startHost(options: Partial<HostOptions> = {}): Promise<TestHost> {
  const home = options.home ?? temporaryFolder();
  const downloadDir = options.overrides?.downloadDir ?? temporaryFolder();
  const asked: string[] = [];
  const shell: ShellServices = {
    reveal: (path) => {
      asked.push(`reveal ${path}`);
      return Promise.resolve();
    },
    openFolder: (path) => {
      asked.push(`openFolder ${path}`);
      return Promise.resolve();
    },
    quit: () => asked.push('quit'),
    ...options.shell,
  };
  const host = await createHost({
    ...options,
    home,
    shell,
    overrides: { host: '127.0.0.1', port: 0, discovery: false, ...options.overrides, downloadDir },
  });
  const close = (): Promise<void> => host.close();
  onTestFinished(close);
  return {
    host,
    home,
    downloadDir,
    asked,
    close,
    open: (makeLinkPair, isRemote) => openWindow(host, makeLinkPair, isRemote),
  };
}

const watchedEvents = ['opened-with', 'attention', 'upload-wanted', 'upload-unwanted', 'trouble'] as const;

export function openWindow(
  host: Host,
  makeLinkPair: MakeLinkPair = memoryLinkPair,
  isRemote = false,
): TestWindow {
  const client = createClient({
    connect: async () => {
      const [window, end] = await makeLinkPair();
      host.connect({ link: end, abilities: { ...windowAbilities, isRemote } });
      return window;
    },
  });
  onTestFinished(() => client.close());
  const events: { readonly name: EventName; readonly data: unknown }[] = [];
  const lookers = new Set<() => void>();
  for (const name of watchedEvents) {
    client.on(name, (data) => {
      events.push({ name, data });
      for (const look of lookers) look();
    });
  }
  const until = (fits: (snapshot: Snapshot) => boolean): Promise<Snapshot> =>
    new Promise((resolve) => {
      const look = (snapshot: Snapshot | undefined): void => {
        if (snapshot === undefined || !fits(snapshot)) return;
        stop();
        resolve(snapshot);
      };
      const stop = client.subscribe(look);
      look(client.snapshot);
    });
  return {
    client,
    until,
    next: <Name extends EventName>(
      name: Name,
      fits: (data: EventData<Name>) => boolean = () => true,
    ): Promise<EventData<Name>> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((event) => event.name === name && fits(event.data as EventData<Name>));
          if (found === undefined) return;
          lookers.delete(look);
          resolve(found.data as EventData<Name>);
        };
        lookers.add(look);
        look();
      }),
    refFor: async (path) => {
      await until(() => true);
      return (await client.call('files.resolve', { path })).ref;
    },
  };
}

/** Where the other one is reached, as a person types it. */
export const addressOf = (snapshot: Snapshot): { readonly address: string } => {
  const { listening } = snapshot.self;
  if (listening === undefined) throw new Error('it does not listen');
  return { address: `${listening.host}:${listening.port}` };
};

export const onlyOne = <Value>(list: Readonly<Record<string, Value>>): Value => {
  const [value, ...others] = Object.values(list);
  if (value === undefined || others.length > 0) throw new Error(`there are ${Object.keys(list).length}`);
  return value;
};

/** A host with a window that has its first snapshot. */
export interface Side extends TestHost {
  readonly window: TestWindow;
}

export async function openSide(options: Partial<HostOptions> = {}): Promise<Side> {
  const host = await startHost(options);
  const window = host.open();
  await window.until(() => true);
  return { ...host, window };
}

/** Two hosts that know nothing of each other, and where the receiver is reached. */
export async function openPair(): Promise<{
  readonly sender: Side;
  readonly receiver: Side;
  readonly to: { readonly address: string };
}> {
  const sender = await openSide({ overrides: { alias: 'sender' } });
  const receiver = await openSide({ overrides: { alias: 'receiver' } });
  return { sender, receiver, to: addressOf(await receiver.window.until(() => true)) };
}

/** A new file with a ref at the window of a side. */
export async function fileRef({ window }: Side, size: number, name = 'a.bin'): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), contentOf({ size, seed: size }));
  return window.refFor(join(folder, name));
}
