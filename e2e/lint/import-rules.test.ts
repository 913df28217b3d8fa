// Proves that lint enforces the table "Who may import whom" of docs/ARCHITECTURE.md: lays one small file a rule into a
// copy of the tree's folders, runs the project's own oxlint configuration over it once, and looks at what is reported for
// each file. The rules come from the table, and a few are written here by hand, so that a table that was misread is seen.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  allowedOf,
  forbiddenOf,
  readImportRows,
  withImportRules,
} from '../../docs/generators/import-rules.ts';

const root = join(import.meta.dirname, '../..');

const page = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');
const rows = readImportRows(page);

const specifierOf = (from: string, to: string): string => {
  const path = relative(from, `${to}/anything.ts`);
  return path.startsWith('.') ? path : `./${path}`;
};

/** Every folder of the table, with every other one that it may not import and every one that it may. */
const table = rows.map(({ folder }) => {
  const refused = forbiddenOf(rows, folder);
  return {
    folder,
    refused,
    granted: [...allowedOf(rows, folder)].filter((other) => !refused.includes(other)),
  };
});

const probeOf = (folder: string, other: string): string => `${folder}/probe-${other.replaceAll('/', '-')}.ts`;

/** Folder of the importing file, what it imports, and what the message must name. */
const forbidden: readonly (readonly [folder: string, specifier: string, names: string])[] = [
  ['shared/model', '../protocol/limits.ts', 'shared/model imports nothing'],
  ['shared/model', 'valibot', 'plain data'],
  ['shared/model', 'node:path', 'pure TypeScript'],
  ['shared/lab', '../model/peer.ts', 'shared/base'],
  ['shared/protocol', '../ipc/contract.ts', 'shared/model'],
  ['shared/protocol/vectors', '../../ipc/contract.ts', 'shared/model'],
  ['shared/protocol', 'node:crypto', 'pure TypeScript'],
  ['shared/protocol', 'fs', 'pure TypeScript'],
  ['shared/protocol', 'electron', 'pure TypeScript'],
  ['shared/protocol', '../../electron/engine/api.ts', 'shared/protocol may import'],
  ['shared/protocol', '../testing/thrown-code.ts', 'never imports its tests'],
  ['shared/ipc', 'node:events', 'pure TypeScript'],
  ['electron/base', '../engine/net/tls.ts', 'stands below the engine'],
  ['electron/engine', 'electron', 'electron/desktop'],
  ['electron/engine', '../../shared/ipc/contract.ts', 'electron/host'],
  ['electron/engine', '../host/host.ts', 'electron/host'],
  ['electron/engine', './testing/engines.ts', 'never imports its tests'],
  ['electron/engine', '../../e2e/support/needs.ts', 'never imports its tests'],
  ['electron/engine/net', '../session/session.ts', 'sockets and no files'],
  ['electron/engine/net', '../engine.ts', 'electron/engine/net may import'],
  ['electron/engine/capture/import', '../../session/session.ts', 'electron/engine/capture may import'],
  ['electron/engine/capture/import', '../../engine.ts', 'electron/engine/capture may import'],
  ['electron/engine/session', '../../host/host.ts', 'electron/engine/session may import'],
  ['electron/engine/transfer', '../share/shares.ts', 'Shares answer peers by way of transfers'],
  ['electron/engine/transfer/sink', '../source/walk.ts', 'do not know each other'],
  ['electron/engine/transfer/sink', '../record.ts', 'do not know each other'],
  ['electron/engine/files', './landing.test.ts', 'never imports its tests'],
  ['electron/host', 'electron', 'electron/desktop'],
  ['electron/host', '../../shared/protocol/codec.ts', "engine's API"],
  ['electron/host', '../engine/net/tls.ts', "engine's API"],
  ['electron/host', '../desktop/main.ts', 'MessageLink'],
  ['electron/cli', 'electron', 'electron/desktop'],
  ['electron/cli', '../engine/transfer/sink/sink.ts', 'its facade'],
  ['electron/cli', '../desktop/main.ts', 'electron/host'],
  ['electron/headless', '../cli/hexdrop.ts', 'electron/host'],
  ['electron/desktop', '../headless/server.ts', 'electron/host'],
  ['renderer', 'electron', 'electron/desktop'],
  ['renderer', 'node:fs', 'shared/ipc'],
  ['renderer/views', '../../electron/host/host.ts', 'shared/ipc'],
  ['renderer/components', '../views/browse/BrowseView.tsx', 'A component knows no view'],
  ['e2e/faults', 'electron', 'electron/desktop'],
];

const allowed: readonly (readonly [folder: string, specifier: string])[] = [
  ['shared/model', './peer.ts'],
  ['shared/protocol', 'valibot'],
  ['shared/protocol/vectors', '../codec.ts'],
  ['electron/engine', 'node:fs'],
  ['electron/engine', 'selfsigned'],
  ['electron/engine/net', '../api.ts'],
  ['electron/engine/capture/import', '../store.ts'],
  ['electron/engine/capture/import', '../../capture-api.ts'],
  ['electron/engine/transfer/sink', '../../api.ts'],
  ['electron/host', '../engine/engine.ts'],
  ['electron/desktop', 'electron'],
  ['e2e/faults', '../../electron/engine/net/tls.ts'],
];

/** Folders that have no row: what stands above everything in its area, and what is no code of the program. */
const rowless = /(?:^|\/)testing(?:\/|$)|^renderer\/(?:app|public|styles)$/u;

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
  for (const { folder, refused, granted } of table) {
    for (const other of [...refused, ...granted]) {
      const specifier = specifierOf(folder, other);
      writeModule(probeOf(folder, other), `import { it } from '${specifier}';\nit();\n`);
    }
  }
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

test.each(table)(
  'lint lets $folder import what its row names and nothing else',
  ({ folder, refused, granted }) => {
    const isReported = (other: string): boolean =>
      reports.get(probeOf(folder, other))?.includes('ARCHITECTURE') ?? false;
    expect([...refused, ...granted].filter(isReported)).toEqual(refused);
  },
);

test('the configuration of the linter says what the table says (else: npm run docs)', () => {
  const configuration = readFileSync(join(root, '.oxlintrc.json'), 'utf8');
  expect(withImportRules(configuration, page)).toBe(configuration);
});

test('every folder of the program stands in the table', () => {
  const inside = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`);
  const folders = ['shared', 'electron', 'electron/engine', 'electron/engine/transfer', 'renderer'].flatMap(
    inside,
  );
  const known = rows.map((row) => row.folder);
  expect(folders.filter((folder) => !known.includes(folder) && !rowless.test(folder))).toEqual([]);
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
