import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(root, page)));
const pages = files.filter((file) => file.endsWith('.md'));

/** What was decided or changed then names files of then. */
const ofThen = /^CHANGELOG\.md$|^docs\/decisions\//u;

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** As GitHub names the anchors of headings. */
const anchorsOf = (page: string): readonly string[] =>
  [...withoutCode(textOf(page)).matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gmu, '').replaceAll(/`[^`\n]*`/gu, '');

describe.each(pages)('%s', (page) => {
  it('links to pages, pictures and headings that are there', () => {
    const broken = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/gu)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/u.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

describe.each(pages.filter((page) => !ofThen.test(page)))('%s', (page) => {
  it('names source files that are there', () => {
    const named = [...textOf(page).matchAll(/`([\w./-]+\.(?:ts|tsx|mjs|lua))`/gu)].map(
      ([, path = '']) => path,
    );
    expect(named.filter((path) => !files.some((file) => file === path || file.endsWith(`/${path}`)))).toEqual(
      [],
    );
  });
});

describe('the comments of the sources', () => {
  /** A comment breaks its lines anywhere, also within the name of a section. */
  const proseOf = (file: string): string => textOf(file).replaceAll(/\n\s*(?:\*|\/\/|--|#)\s?/gu, ' ');
  const sectionsOf = (page: string): readonly string[] =>
    [...textOf(page).matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = '']) => heading.replaceAll('`', ''));
  const references = files
    .filter((file) => /\.(?:ts|tsx|mjs|css|lua|py)$/u.test(file))
    .flatMap((file) =>
      [...proseOf(file).matchAll(/(docs\/[A-Z]+\.md),? "([^"]+)"/gu)].map(
        ([, page = '', section = '']) => [file, page, section] as const,
      ),
    );

  it('point to sections of documents that are there', () => {
    expect(references.length).toBeGreaterThan(0);
    const isThere = (page: string, section: string): boolean =>
      // A message has its number behind its name.
      sectionsOf(page).some((heading) => heading === section || heading.startsWith(`${section} (0x`));
    expect(references.filter(([, page, section]) => !isThere(page, section))).toEqual([]);
  });
});
