/**
 * Who may import whom: the table of docs/ARCHITECTURE.md as rules of the linter. The table is the only place where a
 * folder is allowed to use another; `npm run docs` writes what it means into `.oxlintrc.json`. Pure: reading and writing
 * files is docs/generate.ts. e2e/lint/import-rules.test.ts breaks every rule once.
 */

/** One row of the table. Paths are those of the repository, without a slash at the end. */
export interface ImportRow {
  readonly folder: string;
  /** Folders of the table that this one may import; `folder/*` stands for all that lie directly in `folder`. */
  readonly folders: readonly string[];
  /** Libraries, where not every library may be imported. */
  readonly libraries: readonly string[] | 'all';
  /** Where that belongs which is not allowed here. */
  readonly advice: string;
}

const markers = /<!-- import-rules -->\n([\s\S]*?)<!-- end:import-rules -->/u;

/** @throws Error when the page has no table between its markers, or a cell names no folder of the table */
export function readImportRows(page: string): readonly ImportRow[] {
  const table = markers.exec(page)?.[1];
  if (table === undefined) throw new Error('docs/ARCHITECTURE.md has no table of imports.');
  const cells = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const known = cells.map(([, folder = '']) => inTicks(folder)[0] ?? '');
  return cells.map(([, , allowed = '', advice = ''], index) => {
    const folder = known[index] as string;
    const named = inTicks(allowed).flatMap((name) => withChildren(name, known));
    for (const name of named) {
      if (!known.includes(name)) throw new Error(`The table of imports names no folder "${name}".`);
    }
    const rest = allowed
      .replaceAll(/`[^`]*`/gu, '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '' && word !== 'nothing');
    return { folder, folders: named, libraries: rest.includes('libraries') ? 'all' : rest, advice };
  });
}

const inTicks = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/gu)].map((match) => match[1] as string);

const withChildren = (name: string, known: readonly string[]): readonly string[] =>
  name.endsWith('/*') ? known.filter((other) => parentOf(other) === name.slice(0, -2)) : [name];

const parentOf = (folder: string): string => folder.slice(0, Math.max(folder.lastIndexOf('/'), 0));

/** The folder and those that hold it, the nearest first, as far as the table has them. */
const upwards = (folder: string): readonly string[] =>
  folder === '' ? [] : [folder, ...upwards(parentOf(folder))];

/** What a folder may import: what its row says, and what lies outside of the folder that holds it and that one may import. */
export function allowedOf(rows: readonly ImportRow[], folder: string): ReadonlySet<string> {
  return new Set(
    upwards(folder).flatMap((holder) => {
      const named = rows.find((row) => row.folder === holder)?.folders ?? [];
      return [
        holder,
        ...(holder === folder ? named : named.filter((other) => !other.startsWith(`${holder}/`))),
      ];
    }),
  );
}

/** Folders of the table that `folder` may not import. */
export function forbiddenOf(rows: readonly ImportRow[], folder: string): readonly string[] {
  const allowed = allowedOf(rows, folder);
  const holders = upwards(folder).slice(1);
  return rows
    .map((row) => row.folder)
    .filter((other) =>
      // What lies directly in the folder that holds this one stands above it.
      holders.includes(other) ? true : !allowed.has(other),
    );
}

interface Pattern {
  readonly regex?: string;
  readonly group?: readonly string[];
  readonly message: string;
}

interface LintOverride {
  readonly files: readonly string[];
  readonly rules: {
    readonly 'no-restricted-imports': readonly ['error', { readonly patterns: readonly Pattern[] }];
  };
}

const testFiles = (folder: string): readonly string[] => [
  `${folder}/**/*.test.ts`,
  `${folder}/**/*.test.tsx`,
  `${folder}/**/testing/**`,
];

const electronItself: Pattern = {
  regex: '^electron(?:$|/)',
  message:
    'Only electron/desktop talks to Electron. Take the capability as an argument, or put the code in electron/desktop.',
};
const tests: Pattern = {
  regex: '^\\.{1,2}/(?:.*/)?(?:e2e/|testing/|[^/]+\\.test\\.tsx?$)',
  message: 'The program never imports its tests. Move what both need to shared/ or electron/.',
};
const journeys: Pattern = {
  regex: '^\\.{1,2}/(?:.*/)?e2e/',
  message:
    'Tests beside the code do not import those of whole programs. Move what both need to a testing folder.',
};
const nodeInPages: Pattern = {
  regex: '^node:',
  message: 'The renderer runs in a page: no Node. Ask the engine through shared/ipc.',
};

/** The overrides of the linter's configuration, the more special after the more general. */
function lintOverrides(rows: readonly ImportRow[]): readonly LintOverride[] {
  const product = rows.flatMap((row) => ofProduct(rows, row));
  const ofTests = rows
    .filter((row) => !row.folder.includes('/') || isArea(row.folder))
    .map((row) => testRule(rows, row));
  return [...product, ...ofTests];
}

/** `electron/engine` is one, `electron/engine/net` is a part of it. */
const isArea = (folder: string): boolean => folder.split('/').length === 2 && !folder.startsWith('renderer/');

function ofProduct(rows: readonly ImportRow[], row: ImportRow): readonly LintOverride[] {
  const patterns = (depth: number): readonly Pattern[] => [
    ...general(row.folder),
    tests,
    ...folderPatterns(rows, row, forbiddenOf(rows, row.folder), depth),
    ...libraryPatterns(row, []),
  ];
  const direct = override([`${row.folder}/**`], patterns(0));
  // In a folder of a part, one step up leads into that part, two lead out of it.
  const holders = upwards(row.folder).slice(1);
  return rows.some(({ folder }) => holders.includes(folder))
    ? [direct, override([`${row.folder}/*/**/*.ts`, `${row.folder}/*/**/*.tsx`], patterns(1))]
    : [direct];
}

/** Tests may use all of their area, and everything that it may use. */
function testRule(rows: readonly ImportRow[], row: ImportRow): LintOverride {
  const allowed = allowedOf(rows, row.folder);
  const forbidden = rows
    .map(({ folder }) => folder)
    .filter((folder) => !upwards(folder).some((holder) => allowed.has(holder)))
    .filter((folder) => !upwards(row.folder).includes(folder) && folder !== 'shared/testing');
  return override(testFiles(row.folder), [
    ...general(row.folder),
    journeys,
    ...folderPatterns(rows, row, forbidden, 0),
    ...libraryPatterns(row, ['vitest', 'fast-check', 'node:*']),
  ]);
}

const override = (files: readonly string[], patterns: readonly Pattern[]): LintOverride => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

function general(folder: string): readonly Pattern[] {
  if (folder.startsWith('shared')) return [];
  if (folder.startsWith('renderer')) return [electronItself, nodeInPages];
  return folder === 'electron/desktop' ? [] : [electronItself];
}

/** One pattern for all folders that a row does not allow, as their paths read from within it. */
function folderPatterns(
  rows: readonly ImportRow[],
  row: ImportRow,
  forbidden: readonly string[],
  depth: number,
): readonly Pattern[] {
  const holders = upwards(row.folder).slice(1);
  const below = forbidden
    .filter((folder) => !holders.includes(folder))
    .map((folder) => pathFrom(row.folder, folder));
  const message = messageOf(rows, row);
  const patterns: Pattern[] = [];
  if (below.length > 0) {
    patterns.push({ regex: `^(?:\\.{1,2}/)+(?:${below.join('|')})/`, message });
  }
  for (const folder of forbidden.filter((name) => holders.includes(name))) {
    const steps = holders.indexOf(folder) + 1 + depth;
    const up = '../'.repeat(steps);
    // The types of the facade are everybody's.
    const group = [`${up}*.ts`, `${up}*.tsx`, `!${up}api.ts`, `!${up}capture-api.ts`];
    patterns.push({ group, message });
  }
  return patterns;
}

/** The path behind the folder that holds both. */
function pathFrom(folder: string, other: string): string {
  const own = folder.split('/');
  const parts = other.split('/');
  let common = 0;
  while (common < own.length && common < parts.length - 1 && own[common] === parts[common]) common += 1;
  return parts.slice(common).join('/');
}

function messageOf(rows: readonly ImportRow[], { folder, advice }: ImportRow): string {
  const [nearest] = upwards(folder)
    .slice(1)
    .map((holder) => rows.find((row) => row.folder === holder)?.advice)
    .filter((text) => text !== undefined && text !== '');
  const allowed = [...allowedOf(rows, folder)].filter((name) => !upwards(folder).includes(name));
  const may = allowed.length === 0 ? 'imports nothing' : `may import ${allowed.join(', ')}`;
  const says = advice === '' ? nearest : advice;
  return `${folder} ${may} (docs/ARCHITECTURE.md).${says === undefined ? '' : ` ${says}`}`;
}

function libraryPatterns(
  { folder, libraries, advice }: ImportRow,
  more: readonly string[],
): readonly Pattern[] {
  if (libraries === 'all') return [];
  return [
    {
      group: ['*', '!./**', '!../**', ...[...libraries, ...more].map((library) => `!${library}`)],
      message: `${folder} is pure TypeScript: no Node, DOM or Electron, and ${
        libraries.length === 0 ? 'no library' : `no library but ${libraries.join(', ')}`
      }. Clock, randomness, disk and socket come in as arguments. ${advice}`,
    },
  ];
}

interface LintConfiguration {
  readonly overrides: readonly { readonly rules: Readonly<Record<string, unknown>> }[];
}

/** The linter's configuration with the overrides that the table means in place of those that it had, one a line. */
export function withImportRules(configuration: string, page: string): string {
  const read = JSON.parse(configuration) as LintConfiguration;
  const others = read.overrides.filter(({ rules }) => !('no-restricted-imports' in rules));
  const lines = [...lintOverrides(readImportRows(page)), ...others].map(
    (one) => `    ${JSON.stringify(one)}`,
  );
  const before = JSON.stringify({ ...read, overrides: [] }, undefined, 2);
  return before.replace(/"overrides": \[\]\n\}$/u, () => `"overrides": [\n${lines.join(',\n')}\n  ]\n}\n`);
}
