/**
 * What holds for a window and its host over any link: run over memory here, over a WebSocket by the headless shell, over
 * a MessagePort by the desktop shell. A real host on loopback stands behind it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Reply, Request } from '../../../shared/ipc/envelope.ts';
import { LinkFailure } from '../../../shared/ipc/failure.ts';
import type { LinkMessage, MessageLink } from '../../../shared/ipc/link.ts';
import { snapshotValue } from '../../../shared/ipc/contract/index.ts';
import { withChanges } from '../../../shared/model/snapshot.ts';
import type { Change, Snapshot } from '../../../shared/model/snapshot.ts';
import * as v from 'valibot';
import { contentOf, plant, temporaryFolder } from '../../base/testing/trees.ts';
import { addressOf, openWindow, startHost, windowAbilities } from './hosts.ts';
import type { MakeLinkPair, TestHost } from './hosts.ts';

/** A window without a client: says anything, and keeps what it hears. */
class RawWindow {
  readonly heard: Reply[] = [];
  readonly #link: MessageLink;
  readonly #bytes = new Map<Reply, Uint8Array>();
  readonly #lookers = new Set<() => void>();

  constructor(link: MessageLink) {
    this.#link = link;
    onTestFinished(() => link.close());
    link.onMessage(({ json, bytes }) => {
      this.heard.push(json as Reply);
      if (bytes !== undefined) this.#bytes.set(json as Reply, bytes);
      for (const look of this.#lookers) look();
    });
  }

  say(request: Request, bytes?: Uint8Array): void {
    this.sayAnything(bytes === undefined ? { json: request } : { json: request, bytes });
  }

  sayAnything(message: LinkMessage): void {
    this.#link.send(message);
  }

  close(): void {
    this.#link.close();
  }

  until<Kind extends Reply['kind']>(
    kind: Kind,
    fits: (reply: Extract<Reply, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<Reply, { kind: Kind }>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.heard.find(
          (reply): reply is Extract<Reply, { kind: Kind }> =>
            reply.kind === kind && fits(reply as Extract<Reply, { kind: Kind }>),
        );
        if (found === undefined) return;
        this.#lookers.delete(look);
        resolve(found);
      };
      this.#lookers.add(look);
      look();
    });
  }

  async failureOf(id: number): Promise<string> {
    return (await this.until('failed', (reply) => reply.id === id)).error.code;
  }
}

export function contractSuite(name: string, makeLinkPair: MakeLinkPair): void {
  const rawWindow = async ({ host }: TestHost): Promise<RawWindow> => {
    const [window, end] = await makeLinkPair();
    host.connect({ link: end, abilities: windowAbilities });
    return new RawWindow(window);
  };
  const addShares = async (host: TestHost, count: number): Promise<void> => {
    const { client, until, refFor } = openWindow(host.host, makeLinkPair);
    await until(() => true);
    for (let number = 0; number < count; number += 1) {
      const path = join(host.downloadDir, `share ${number}`);
      mkdirSync(path, { recursive: true });
      await client.call('shares.add', { ref: await refFor(path) });
    }
  };

  describe(`the contract over ${name}`, () => {
    it('gives a snapshot that fits the contract, then deltas in order that lead to the state of now', async () => {
      const host = await startHost();
      const window = await rawWindow(host);
      window.say({ kind: 'snapshot' });
      const first = await window.until('snapshot');
      expect(v.safeParse(snapshotValue, first.value).success).toBe(true);
      await addShares(host, 5);
      let snapshot = first.value as Snapshot;
      let seq = first.seq;
      let at = 0;
      const follow = (): boolean => {
        for (; at < window.heard.length; at += 1) {
          const reply = window.heard[at];
          if (reply?.kind !== 'delta') continue;
          expect(reply.seq).toBe(seq + 1);
          seq = reply.seq;
          snapshot = withChanges(snapshot, reply.changes as Change[]);
        }
        return Object.keys(snapshot.shares).length === 5;
      };
      await window.until('delta', () => follow());
      expect(Object.keys(snapshot.shares)).toContain('share 4');
    });

    it('tells nothing of the state to a window that has not asked', async () => {
      const host = await startHost();
      const silent = await rawWindow(host);
      const asking = await rawWindow(host);
      asking.say({ kind: 'snapshot' });
      await asking.until('snapshot');
      await addShares(host, 1);
      await asking.until('delta');
      expect(silent.heard.filter(({ kind }) => kind === 'snapshot' || kind === 'delta')).toEqual([]);
    });

    it('gives a new snapshot to a window that missed a delta, and goes on from there', async () => {
      const host = await startHost();
      let dropNext = false;
      let dropped = 0;
      const lossy: MakeLinkPair = async () => {
        const [window, end] = await makeLinkPair();
        const link: MessageLink = {
          get queuedBytes() {
            return window.queuedBytes;
          },
          send: (message) => window.send(message),
          close: () => window.close(),
          onClose: (listener) => window.onClose(listener),
          onMessage: (listener) =>
            window.onMessage((message) => {
              if (dropNext && (message.json as Reply).kind === 'delta') {
                dropNext = false;
                dropped += 1;
                return;
              }
              listener(message);
            }),
        };
        return [link, end];
      };
      const { client, until } = openWindow(host.host, lossy);
      await until(() => true);
      dropNext = true;
      await client.call('settings.update', { hue: 11 });
      await expect.poll(() => dropped).toBe(1);
      await client.call('settings.update', { theme: 'dark' });
      expect((await until(({ settings }) => settings.theme === 'dark')).settings.hue).toBe(11);
      expect(client.state).toBe('open');
      await client.call('settings.update', { theme: 'light' });
      await until(({ settings }) => settings.theme === 'light');
    });

    it('answers bad arguments, unknown calls and calls without form with typed errors, and lives on', async () => {
      const host = await startHost();
      const window = await rawWindow(host);
      window.say({ kind: 'call', id: 1, name: 'files.list', args: { ref: 7 } });
      expect(await window.failureOf(1)).toBe('bad-arguments');
      window.say({ kind: 'call', id: 2, name: 'files.list', args: { ref: 'x', path: '/etc' } });
      expect(await window.failureOf(2)).toBe('bad-arguments');
      window.say({ kind: 'call', id: 3, name: 'files.remove', args: {} });
      expect(await window.failureOf(3)).toBe('unknown-call');
      window.say({ kind: 'call', id: 4, name: 'constructor', args: {} });
      expect(await window.failureOf(4)).toBe('unknown-call');
      window.say({ kind: 'call', id: 5, name: 'files.list', args: { ref: '/etc' } });
      expect(await window.failureOf(5)).toBe('ref-unknown');
      for (const json of [
        null,
        7,
        'call',
        [],
        { kind: 'call' },
        { kind: 'result', id: 1 },
        { kind: 'call', id: -1 },
      ]) {
        window.sayAnything({ json });
      }
      window.say({ kind: 'call', id: 6, name: 'files.places', args: {} });
      expect(await window.until('result', ({ id }) => id === 6)).toMatchObject({
        value: { places: expect.any(Array) },
      });
    });

    it('refuses bytes where none belong, too many of them, and too many refs', async () => {
      const host = await startHost();
      const window = await rawWindow(host);
      window.say({ kind: 'call', id: 1, name: 'files.places', args: {} }, new Uint8Array(1));
      expect(await window.failureOf(1)).toBe('bad-arguments');
      const refs = Array.from({ length: 10_001 }, () => 'ref');
      window.say({ kind: 'call', id: 2, name: 'files.measure', args: { refs } });
      expect(await window.failureOf(2)).toBe('bad-arguments');
      window.say({ kind: 'call', id: 3, name: 'settings.update', args: { alias: 'x'.repeat(100_000) } });
      expect(await window.failureOf(3)).toBe('bad-arguments');
    });

    it('carries bytes beside arguments and results unchanged', async () => {
      const serving = await startHost();
      const folder = join(temporaryFolder(), 'served');
      plant(folder, { 'a.bin': { size: 300_000, seed: 5 } });
      const server = openWindow(serving.host, makeLinkPair);
      await server.client.call('shares.add', { ref: await server.refFor(folder) });
      const at = addressOf(await server.until(() => true));
      const host = await startHost();
      const { client, until } = openWindow(host.host, makeLinkPair);
      await until(() => true);
      const { value, bytes } = await client.callForBytes('remote.read', {
        at,
        path: 'served/a.bin',
        offset: 1_000,
        length: 200_000,
      });
      expect(value).toEqual({ size: 300_000 });
      expect(Buffer.from(bytes).equals(contentOf({ size: 300_000, seed: 5 }).subarray(1_000, 201_000))).toBe(
        true,
      );
      await expect(
        client.call('uploads.push', { upload: 'none', request: 0, file: 0, offset: 0 }, { bytes }),
      ).rejects.toMatchObject({ code: 'ref-unknown' });
    });

    it('lets a call be abandoned, and the others go on', async () => {
      const host = await startHost();
      const { client, until } = openWindow(host.host, makeLinkPair);
      await until(() => true);
      const abort = new AbortController();
      // Nobody answers there: the dial would take seconds.
      const call = client.call(
        'devices.diagnose',
        { to: { address: '127.0.0.1:9' } },
        { signal: abort.signal },
      );
      abort.abort();
      await expect(call).rejects.toMatchObject({ code: 'abandoned' });
      expect((await client.call('files.places', {})).places.length).toBeGreaterThan(0);
    });

    it('refuses more open calls than a window may have', async () => {
      const host = await startHost();
      const window = await rawWindow(host);
      const folder = temporaryFolder();
      plant(folder, { 'a.txt': { size: 1, seed: 1 } });
      for (let id = 1; id <= 300; id += 1) {
        window.say({ kind: 'call', id, name: 'files.resolve', args: { path: folder } });
      }
      const failed = await window.until('failed');
      expect(failed.error.code).toBe('too-many-calls');
      await window.until('result', ({ id }) => id === 1);
      await expect
        .poll(() => window.heard.filter(({ kind }) => kind === 'result' || kind === 'failed').length)
        .toBe(300);
      window.say({ kind: 'call', id: 301, name: 'files.resolve', args: { path: folder } });
      await window.until('result', ({ id }) => id === 301);
    });

    it('shows the same to two windows', async () => {
      const host = await startHost();
      const one = openWindow(host.host, makeLinkPair);
      const other = openWindow(host.host, makeLinkPair);
      await other.until(() => true);
      await one.until(() => true);
      await one.client.call('settings.update', { alias: 'workshop', hue: 200 });
      const seen = await other.until(
        ({ settings, self }) => settings.alias === 'workshop' && self.alias === 'workshop',
      );
      expect(seen).toEqual(await one.until(({ self }) => self.alias === 'workshop'));
    });

    it('fails what is open with a code when the link breaks, and comes back by itself', async () => {
      const host = await startHost();
      const links: MessageLink[] = [];
      const remembered: MakeLinkPair = async () => {
        const pair = await makeLinkPair();
        links.push(pair[1]);
        return pair;
      };
      const { client, until } = openWindow(host.host, remembered);
      await until(() => true);
      const states: string[] = [];
      client.onState((state) => states.push(state));
      const call = client.call('devices.diagnose', { to: { address: '127.0.0.1:9' } });
      links[0]?.close();
      await expect(call).rejects.toBeInstanceOf(LinkFailure);
      await expect(call).rejects.toMatchObject({ code: 'link-lost' });
      await expect.poll(() => client.state).toBe('open');
      expect(states).toEqual(['lost', 'open']);
      await client.call('settings.update', { hue: 3 });
      await until(({ settings }) => settings.hue === 3);
    });

    it('loses nothing when the window closes and another one opens while a transfer runs', async () => {
      const receiving = await startHost();
      const there = openWindow(receiving.host, makeLinkPair);
      const to = addressOf(await there.until(() => true));
      const sending = await startHost();
      const folder = temporaryFolder();
      const size = 24 * 1024 * 1024;
      writeFileSync(join(folder, 'large.bin'), contentOf({ size, seed: 7 }));
      const first = openWindow(sending.host, makeLinkPair);
      const ref = await first.refFor(join(folder, 'large.bin'));
      const { id } = await first.client.call('transfers.send', { to, refs: [ref] });
      await there.until(({ offers }) => id in offers);
      await there.client.call('offers.accept', { id, onConflict: 'rename' });
      await first.until(({ transfers }) => transfers[id]?.state !== 'waiting');
      first.client.close();
      there.client.close();
      const second = openWindow(sending.host, makeLinkPair);
      const { transfers } = await second.until((snapshot) => snapshot.transfers[id]?.state === 'done');
      expect(transfers[id]).toMatchObject({ title: 'large.bin', bytes: size, files: 1 });
      const again = openWindow(receiving.host, makeLinkPair);
      await again.until((snapshot) => snapshot.transfers[id]?.state === 'done');
      expect(readFileSync(join(receiving.downloadDir, 'large.bin')).length).toBe(size);
    });

    it('ends with the host', async () => {
      const host = await startHost();
      const window = await rawWindow(host);
      window.say({ kind: 'snapshot' });
      await window.until('snapshot');
      const { client, until } = openWindow(host.host, makeLinkPair);
      await until(() => true);
      await host.close();
      await expect.poll(() => client.state).toBe('lost');
    });
  });
}
