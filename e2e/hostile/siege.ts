/**
 * One listener that a whole file of tests attacks, with a tree of canaries around its target. After each test nothing
 * outside of the target has changed and the program still runs; at the end it serves as it did before, and is small.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { expectExit, lastEvent } from '../support/program.ts';
import { landedPaths, makeTree, readTree } from '../support/trees.ts';
import type { Tree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import type { Listener, World } from '../support/stage.ts';
import { RawPeer } from './raw-peer.ts';

/**
 * What a listener may come to, whatever is thrown at it. What it holds is a small part of that; the rest is garbage that
 * the engine collects when it sees fit.
 */
const mostResidentBytes = 320 * 1024 * 1024;

export interface Siege {
  readonly world: World;
  readonly listener: Listener;
  readonly port: number;
  /** Where the listener receives, or what it shares. */
  readonly target: string;
  /** Connects; closed after the test. */
  dial(): Promise<RawPeer>;
  /** Connects and shakes hands; closed after the test. */
  greet(words?: object): Promise<RawPeer>;
  /** Empties the target, of unfinished files too. */
  clear(): void;
  /** What has landed in the target, by path. */
  landed(): readonly string[];
  /** Content of a file in the target. */
  text(path: string): string;
}

export interface SiegeOptions {
  readonly command?: 'receive' | 'share';
  readonly flags?: readonly string[];
  /** Without `--plain` only encrypted connections are taken. */
  readonly isPlain?: boolean;
  readonly target?: Readonly<Record<string, string>>;
}

/** To be called at the top of a file. Adds a last test of its own: `servesAfterwards` must be called at the end. */
export function useSiege(options: SiegeOptions = {}): Siege & { servesAfterwards(): void } {
  const world = useWorld('file');
  const { command = 'receive', flags = [], isPlain = true } = options;
  const peers: RawPeer[] = [];
  let listener: Listener | undefined;
  let canaries: Tree = new Map();
  const around = (): string => join(world.path, 'around');
  const target = (): string => join(around(), 'inner/target');
  const canariesNow = (): Tree => readTree(around(), (path) => path === 'inner/target');
  const started = (): Listener => {
    if (listener === undefined) throw new Error('the listener has not been started');
    return listener;
  };

  beforeAll(async () => {
    const canary = { canary: 'untouched', 'folder/canary': 'untouched', 'inner/canary': 'untouched' };
    makeTree(around(), canary);
    mkdirSync(target());
    makeTree(target(), options.target ?? {});
    canaries = canariesNow();
    const manner = isPlain ? ['--plain'] : [];
    const place = command === 'receive' ? ['--yes', '--dir', target()] : [target()];
    // The home is outside of the canaries: a listener writes there.
    listener = await world.device('besieged').listen([command, ...place, ...manner, ...flags]);
  });

  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
    expect(started().program.isOver).toBe(false);
    expect([...canariesNow()]).toEqual([...canaries]);
  });

  const kept = (peer: RawPeer): RawPeer => {
    peers.push(peer);
    return peer;
  };

  return {
    world,
    get listener() {
      return started();
    },
    get port() {
      return started().port;
    },
    get target() {
      return target();
    },
    dial: async () => kept(await RawPeer.connect(started().port)),
    greet: async (words) => kept(await RawPeer.greet(started().port, words)),
    clear: () => {
      for (const name of readdirSync(target())) rmSync(join(target(), name), { recursive: true });
    },
    landed: () => landedPaths(target()),
    text: (path) => readFileSync(join(target(), path), 'utf8'),
    servesAfterwards: () => {
      test('after all that the listener serves as before, and is small', async () => {
        const { address, program } = started();
        const device = world.device('honest');
        if (command === 'share') {
          const listed = await device.run(['ls', '-R', `${address}/target`]);
          expectExit(listed, 0);
          const got = await device.run(['get', `${address}/target`, '--dir', world.folder('fetched')]);
          expectExit(got, 0);
        } else {
          const from = world.folder('honest');
          writeFileSync(join(from, 'honest file'), 'honest');
          const sent = await device.run(['send', join(from, 'honest file'), '--to', address]);
          expectExit(sent, 0);
          expect(lastEvent(sent, 'done')).toMatchObject({ files: 1, failed: 0 });
          expect(readFileSync(join(target(), 'honest file'), 'utf8')).toBe('honest');
        }
        expect(program.residentBytes()).toBeLessThan(mostResidentBytes);
      });
    },
  };
}
