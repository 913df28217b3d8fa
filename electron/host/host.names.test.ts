/** Names that mean something to JavaScript and nothing to people. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { temporaryFolder } from '../base/testing/trees.ts';
import { openSide } from './testing/hosts.ts';

it.each(['constructor', 'prototype', '__proto__', 'toString', '2024'])(
  'shows a shared folder called %s in every window, old and new',
  async (name) => {
    const { host, window, open } = await openSide();
    const path = join(temporaryFolder(), name);
    mkdirSync(path);
    expect(await window.client.call('shares.add', { ref: host.grant(path) })).toEqual({ name });
    const { shares } = await window.until((snapshot) => Object.hasOwn(snapshot.shares, name));
    expect(shares[name]).toMatchObject({ name, path });
    const fresh = await open().until(() => true);
    expect(Object.keys(fresh.shares)).toEqual([name]);
    await window.client.call('shares.remove', { name });
    await window.until((snapshot) => !Object.hasOwn(snapshot.shares, name));
  },
);
