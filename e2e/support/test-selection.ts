/** Which of the two runners the arguments of `npm test` are for, and what each of them is given. */

export const vitestProjects: readonly string[] = ['unit', 'renderer', 'e2e'];
export const playwrightProjects: readonly string[] = ['browser', 'shim', 'electron'];

/** Absent: that runner does not run. */
export interface Selection {
  readonly vitest?: readonly string[];
  readonly playwright?: readonly string[];
}

/** The message is for whoever typed the arguments. */
export class SelectionError extends Error {}

/** The journeys of the window are Playwright's, every other test is vitest's. */
const isOfPlaywright = (file: string): boolean => /^e2e\/(?:ui|desktop)\//u.test(file);

/**
 * @param args `--project NAME` and parts of paths, each any number of times; with neither, both runners run everything. Further
 * options go to the runner, where what else is asked for leaves one alone.
 * @param files the test files that there are, relative, with '/'
 * @throws SelectionError
 */
export function selectTests(args: readonly string[], files: readonly string[]): Selection {
  const projects: string[] = [];
  const parts: string[] = [];
  const options: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (argument === '--project') {
      index += 1;
      projects.push(args[index] ?? '');
    } else if (argument.startsWith('--project=')) projects.push(argument.slice('--project='.length));
    // Of options that take a value the form with `=` is asked for: what stands alone is part of a path.
    else if (argument.startsWith('-')) options.push(argument);
    else parts.push(argument.replaceAll('\\', '/').replace(/^\.\//u, ''));
  }

  const known = [...vitestProjects, ...playwrightProjects];
  const unknown = projects.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new SelectionError(`There is no project "${unknown}". There are: ${known.join(', ')}.`);
  const unmatched = parts.find((part) => !files.some((file) => file.includes(part)));
  if (unmatched !== undefined) throw new SelectionError(`No test file has "${unmatched}" in its path.`);

  const argsFor = (ownProjects: readonly string[], isOwn: (file: string) => boolean) => {
    const chosen = projects.filter((name) => ownProjects.includes(name));
    const filters = parts.filter((part) => files.some((file) => isOwn(file) && file.includes(part)));
    const isWanted =
      (projects.length === 0 || chosen.length > 0) && (parts.length === 0 || filters.length > 0);
    return isWanted ? [...chosen.map((name) => `--project=${name}`), ...filters, ...options] : undefined;
  };
  const vitest = argsFor(vitestProjects, (file) => !isOfPlaywright(file));
  const playwright = argsFor(playwrightProjects, isOfPlaywright);
  if (vitest !== undefined && playwright !== undefined && options.length > 0)
    throw new SelectionError(
      `${options.join(' ')} is for vitest or for Playwright: say which by --project or by a path.`,
    );
  if (vitest === undefined && playwright === undefined)
    throw new SelectionError('No project has tests in the files that are asked for.');
  return {
    ...(vitest === undefined ? {} : { vitest }),
    ...(playwright === undefined ? {} : { playwright }),
  };
}
