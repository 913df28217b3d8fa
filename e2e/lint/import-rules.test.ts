// Proves that lint enforces "who may import whom": lays one small file a rule into a copy of the tree's folders, runs
// the project's own oxlint configuration over it once, and looks at what is reported for each file.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Folder of the importing file, what it imports, and what the message must name. */
const forbidden: readonly (readonly [folder: string, specifier: string, names: string])[] = [
  ['shared/model', '../protocol/limits.ts', 'shared/model imports nothing'],
  ['shared/model', '../ipc/contract.ts', 'shared/model imports nothing'],
  ['shared/model', 'valibot', 'shared/model imports nothing'],
  ['shared/model', 'node:path', 'shared/model imports nothing'],
  ['shared/protocol', '../ipc/contract.ts', 'shared/model'],
  ['shared/protocol/vectors', '../../ipc/contract.ts', 'shared/model'],
  ['shared/protocol', 'node:crypto', 'pure TypeScript'],
  ['shared/protocol', 'fs', 'pure TypeScript'],
  ['shared/protocol', 'electron', 'pure TypeScript'],
  ['shared/protocol', '../../electron/engine/api.ts', 'stands below'],
  ['shared/protocol', '../../renderer/view.ts', 'stands below'],
  ['shared/ipc', '../protocol/limits.ts', 'shared/model'],
  ['shared/ipc', 'node:events', 'pure TypeScript'],
  ['shared/ipc', '../../electron/host/host.ts', 'stands below'],
  ['electron/engine', 'electron', 'electron/desktop'],
  ['electron/engine', '../../shared/ipc/contract.ts', 'electron/host'],
  ['electron/engine', '../host/host.ts', 'electron/host'],
  ['electron/engine/session', '../../host/host.ts', 'electron/host'],
  ['electron/engine', '../desktop/main.ts', 'electron/host'],
  ['electron/engine', '../headless/server.ts', 'electron/host'],
  ['electron/engine', '../cli/hexdrop.ts', 'electron/host'],
  ['electron/engine', '../../renderer/view.ts', 'MessageLink'],
  ['electron/engine', '../../e2e/support/needs.ts', 'never imports its tests'],
  ['electron/host', 'electron', 'electron/desktop'],
  ['electron/host', '../../shared/protocol/codec.ts', "engine's API"],
  ['electron/host', '../desktop/main.ts', 'MessageLink'],
  ['electron/host', '../headless/server.ts', 'MessageLink'],
  ['electron/host', '../cli/hexdrop.ts', 'MessageLink'],
  ['electron/cli', 'electron', 'electron/desktop'],
  ['electron/cli', '../desktop/main.ts', 'electron/host'],
  ['electron/cli', '../headless/server.ts', 'electron/host'],
  ['electron/headless', 'electron', 'electron/desktop'],
  ['electron/headless', '../cli/hexdrop.ts', 'electron/host'],
  ['electron/headless', '../desktop/main.ts', 'electron/host'],
  ['electron/desktop', '../cli/hexdrop.ts', 'electron/host'],
  ['electron/desktop', '../headless/server.ts', 'electron/host'],
  ['renderer', 'electron', 'electron/desktop'],
  ['renderer', 'node:fs', 'shared/ipc'],
  ['renderer/views', '../../electron/host/host.ts', 'shared/ipc'],
  ['e2e/faults', 'electron', 'electron/desktop'],
];

const allowed: readonly (readonly [folder: string, specifier: string])[] = [
  ['shared/model', './peer.ts'],
  ['shared/protocol', '../model/peer.ts'],
  ['shared/protocol', './limits.ts'],
  ['shared/protocol', 'valibot'],
  ['shared/protocol/vectors', '../codec.ts'],
  ['shared/ipc', '../model/peer.ts'],
  ['electron/engine', 'node:fs'],
  ['electron/engine', 'selfsigned'],
  ['electron/engine', './share/shares.ts'],
  ['electron/engine/net', '../../../shared/protocol/codec.ts'],
  ['electron/engine', '../../shared/model/peer.ts'],
  ['electron/host', '../engine/engine.ts'],
  ['electron/host', '../../shared/ipc/contract.ts'],
  ['electron/cli', '../host/host.ts'],
  ['electron/cli', '../engine/engine.ts'],
  ['electron/cli', '../../shared/protocol/codec.ts'],
  ['electron/headless', '../host/host.ts'],
  ['electron/desktop', 'electron'],
  ['electron/desktop', '../host/host.ts'],
  ['renderer/views', '../../shared/ipc/client.ts'],
  ['renderer', '../shared/protocol/dissect.ts'],
  ['e2e/faults', '../../electron/engine/engine.ts'],
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly help?: string;
  readonly message: string;
}

let tree = '';
const reports = new Map<string, string>();

function writeModule(file: string, text: string): void {
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'hexdrop-lint-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  forbidden.forEach(([folder, specifier], index) => {
    writeModule(`${folder}/forbidden-${index}-value.ts`, `import { it } from '${specifier}';\nit();\n`);
    writeModule(
      `${folder}/forbidden-${index}-type.ts`,
      `import type { It } from '${specifier}';\nexport type A = It;\n`,
    );
    writeModule(`${folder}/forbidden-${index}-again.ts`, `export { it } from '${specifier}';\n`);
    writeModule(`${folder}/forbidden-${index}-lazy.ts`, `export const it = import('${specifier}');\n`);
  });
  allowed.forEach(([folder, specifier], index) => {
    writeModule(`${folder}/allowed-${index}.ts`, `import { it } from '${specifier}';\nit();\n`);
  });
  writeModule(
    'shared/protocol/codec.test.ts',
    ['vitest', 'fast-check', 'node:fs', './codec.ts'].map((from) => `import '${from}';\n`).join(''),
  );

  writeModule('electron/engine/circle/one.ts', `import type { B } from './two.ts';\nexport type A = B;\n`);
  writeModule('electron/engine/circle/two.ts', `import type { A } from './one.ts';\nexport type B = A;\n`);

  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [oxlint, '--format=json', '.'], { cwd: tree, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: readonly Diagnostic[] };
  for (const { code, filename, message, help } of diagnostics) {
    if (!/no-restricted-imports|no-cycle/u.test(code)) continue;
    reports.set(filename, `${reports.get(filename) ?? ''}${message} ${help ?? ''}`);
  }
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('lint refuses', () => {
  test.each(forbidden.map((rule, index) => [...rule, index] as const))(
    '%s importing %s, and names the right way (%s)',
    (folder, _specifier, names, index) => {
      for (const form of ['value', 'type', 'again', 'lazy']) {
        expect.soft(reports.get(`${folder}/forbidden-${index}-${form}.ts`), form).toContain(names);
      }
    },
  );
});

test('lint refuses a circle of imports, of types too', () => {
  for (const name of ['one', 'two'])
    expect(reports.get(`electron/engine/circle/${name}.ts`)).toContain('cycle');
});

describe('lint allows', () => {
  test.each(allowed.map((rule, index) => [...rule, index] as const))(
    '%s importing %s',
    (folder, _specifier, index) => {
      expect(reports.get(`${folder}/allowed-${index}.ts`)).toBeUndefined();
    },
  );

  test('a unit test of shared/ importing the test runner and Node', () => {
    expect(reports.get('shared/protocol/codec.test.ts')).toBeUndefined();
  });
});
