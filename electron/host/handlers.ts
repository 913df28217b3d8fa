/** The contract, call by call, on the parts of the host. What a call does is in its part; here is only who does it. */

import { diagnose } from '../engine/doctor.ts';
import { version } from '../base/version.ts';
import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';
import { deviceWords } from '../../shared/model/device-words.ts';
import type { CallName } from '../../shared/ipc/contract/index.ts';
import type { Ref } from '../../shared/model/local.ts';
import type { Settings } from '../../shared/model/settings.ts';
import type { HostContext } from './context.ts';
import type { Devices } from './devices.ts';
import type { Handlers } from './dispatch.ts';
import type { LabCall } from './lab.ts';
import type { LocalFiles } from './local-files.ts';
import type { NetworkPresence } from './network-presence.ts';
import type { Offers } from './offers.ts';
import { latestRelease, Releases, releasesVariable } from './release-check.ts';
import type { Remote } from './remote.ts';
import type { HostShares } from './shares.ts';
import type { Starter } from './starter.ts';
import type { Targets } from './targets.ts';
import type { Texts } from './texts.ts';
import type { Transfers } from './transfers.ts';
import type { Uploads } from './uploads.ts';
import type { WindowConnections } from './window-connections.ts';

export interface HostParts {
  readonly devices: Devices;
  readonly targets: Targets;
  readonly files: LocalFiles;
  readonly uploads: Uploads;
  readonly transfers: Transfers;
  readonly starter: Starter;
  readonly offers: Offers;
  readonly shares: HostShares;
  readonly texts: Texts;
  readonly remote: Remote;
  readonly presence: NetworkPresence;
  updateSettings(patch: Partial<Settings>): Promise<Settings>;
}

type CaptureCall = Extract<CallName, `capture.${string}`>;

/** All calls but those of the capture and of the lab, which are other subjects. */
export function handlersOf(context: HostContext, parts: HostParts): Omit<Handlers, CaptureCall | LabCall> {
  const { devices, targets, files, uploads, transfers, starter, offers, shares, texts, remote } = parts;
  const { engine, grants, settings, shell } = context;
  const releases = new Releases(() => latestRelease({ version, from: process.env[releasesVariable] }));

  const openFolder = async (window: WindowConnections, path: string): Promise<Record<string, never>> => {
    window.requireSameMachine();
    if (shell.openFolder === undefined) throw new HexdropError('not-supported');
    await shell.openFolder(path);
    return {};
  };
  const folderOf = async (dir: Ref | undefined): Promise<string | undefined> =>
    dir === undefined ? undefined : files.folderPath(dir);

  return {
    'devices.favourite': ({ id, on }) => {
      devices.favourite(id, on);
      return {};
    },
    'devices.forget': ({ id }) => {
      devices.forget(id);
      return {};
    },
    'devices.verify': ({ id, on }) => {
      devices.verify(id, on);
      return {};
    },
    'devices.autoAccept': ({ id, on }) => {
      devices.autoAccept(id, on);
      return {};
    },
    'devices.words': ({ id }) => {
      const { deviceId } = devices.card(id);
      if (deviceId === undefined) {
        throw new HexdropError('not-verified', 'Without encryption nobody can prove to be this device.');
      }
      return { words: deviceWords(deviceId) };
    },
    'devices.probe': async ({ to }) => {
      const route = targets.route(to);
      try {
        const { peer, tookMs } = await engine.probe({ to: route.endpoint, ...route.options });
        return { id: devices.reached(peer, route.endpoint), tookMs: Math.round(tookMs) };
      } catch (thrown) {
        if (route.cardId !== undefined) devices.missed(route.cardId, asHexdropError(thrown).code);
        throw thrown;
      }
    },
    'devices.diagnose': async ({ to }) => {
      const card = 'device' in to ? devices.card(to.device) : undefined;
      const expectDeviceId = card?.deviceId;
      const target = card ?? targets.route(to).endpoint;
      return diagnose(target, {
        probe: (endpoint) => engine.probe({ to: endpoint, expectDeviceId, onlyThere: true }),
      });
    },
    'devices.refresh': () => {
      parts.presence.refresh();
      return {};
    },

    'files.places': () => ({ places: files.places(settings.current.downloadDir) }),
    'files.list': ({ ref }, { signal }) => files.list(ref, signal),
    'files.resolve': ({ path }) => files.resolve(path),
    'files.makeFolder': async ({ ref, name }) => ({ ref: await files.makeFolder(ref, name) }),
    'files.measure': async ({ refs }, { signal }) => {
      const measured = await files.measure(
        refs.filter((ref) => !uploads.has(ref)),
        signal,
      );
      const items = [...measured, ...uploads.items(refs.filter((ref) => uploads.has(ref)))];
      const byRef = new Map(items.map((item) => [item.ref, item]));
      return { items: refs.flatMap((ref) => byRef.get(ref) ?? []) };
    },
    'uploads.begin': (_args, { window }) => ({ upload: uploads.begin(window) }),
    'uploads.entries': ({ upload, entries }) => {
      uploads.addEntries(upload, entries);
      return {};
    },
    'uploads.complete': ({ upload }) => ({ items: uploads.complete(upload) }),
    'uploads.push': ({ upload, request, file, offset }, { bytes }) => ({
      more: uploads.push(upload, request, { file, offset }, bytes),
    }),
    'uploads.pushWhole': ({ upload, parts }, { bytes }) => {
      uploads.pushWhole(upload, parts, bytes);
      return {};
    },
    'uploads.fail': ({ upload, request, message }) => {
      uploads.fail(upload, request, message);
      return {};
    },
    'uploads.continue': ({ upload }, { window }) => {
      uploads.adopt(upload, window);
      return {};
    },
    'uploads.drop': ({ upload }) => {
      uploads.drop(upload);
      return {};
    },

    'transfers.send': async (args) => ({ id: await starter.send(args) }),
    'transfers.pause': ({ id }) => {
      transfers.pause(id);
      return {};
    },
    'transfers.resume': ({ id }) => {
      transfers.resume(id);
      return {};
    },
    'transfers.cancel': ({ id }) => {
      // An offer that nobody answered yet is declined, which the other side reads as what it is.
      if (context.state.list('offers').has(id)) offers.decline(id);
      else transfers.cancel(id);
      return {};
    },
    'transfers.retry': async ({ id }) => ({ id: await starter.retry(id) }),
    'transfers.remove': ({ id }) => {
      transfers.remove(id);
      return {};
    },
    'transfers.clear': () => {
      transfers.clear();
      return {};
    },
    'transfers.reveal': async ({ id }, { window }) => {
      window.requireSameMachine();
      if (shell.reveal === undefined) throw new HexdropError('not-supported');
      await shell.reveal(transfers.place(id).path);
      return {};
    },
    'transfers.openFolder': ({ id }, { window }) => openFolder(window, transfers.place(id).folder),
    'transfers.history': (query) => transfers.page(query),
    'transfers.faults': ({ id }) => ({
      faults: transfers.faults(id),
      notices: transfers.notices(id),
      omissions: transfers.omissions(id),
    }),
    'texts.send': async ({ to, text, ...reach }) => {
      const route = targets.route(to, reach);
      try {
        devices.reached(
          await engine.sendText({ to: route.endpoint, ...route.options, text }),
          route.endpoint,
        );
      } catch (thrown) {
        if (route.cardId !== undefined) devices.missed(route.cardId, asHexdropError(thrown).code);
        throw thrown;
      }
      return {};
    },
    'texts.dismiss': ({ id }) => {
      texts.dismiss(id);
      return {};
    },

    'offers.check': async ({ id, dir }) => offers.check(id, await folderOf(dir)),
    'offers.accept': async ({ id, dir, onConflict, except }) => {
      offers.accept(id, { dir: await folderOf(dir), onConflict, except });
      return {};
    },
    'offers.decline': ({ id }) => {
      offers.decline(id);
      return {};
    },

    'remote.list': (args) => remote.list(args),
    'remote.read': (args) => remote.read(args),
    'remote.get': async (args) => ({ id: await starter.get(args) }),
    'remote.put': async (args) => ({ id: await starter.put(args) }),

    'shares.add': ({ ref, name, writable, pin }) => ({
      name: shares.add({ path: grants.pathOf(ref), name, writable, pin }),
    }),
    'shares.update': ({ name, writable, pin }) => {
      shares.update(name, { writable, pin });
      return {};
    },
    'shares.remove': ({ name }) => {
      shares.remove(name);
      return {};
    },
    'shares.openFolder': ({ name }, { window }) => openFolder(window, shares.folderOf(name)),

    'settings.update': (patch) => parts.updateSettings(patch),
    'settings.downloadDir': async ({ ref }) =>
      parts.updateSettings({ downloadDir: await files.folderPath(ref) }),
    'program.openDownloads': (_, { window }) => openFolder(window, settings.current.downloadDir),
    'program.latestRelease': () => releases.latest(),
    'program.quit': ({ force }) => {
      const running = transfers.running().length;
      if (running > 0 && force !== true) {
        throw new HexdropError('transfers-running', undefined, { seen: `${running}` });
      }
      // The answer leaves first.
      setImmediate(() => shell.quit());
      return {};
    },
  };
}
