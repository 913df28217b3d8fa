// `npm test -- ...`: what is asked for reaches the runner that has it, and nothing is silently left out.

import { describe, expect, it } from 'vitest';

import { SelectionError, selectTests } from '../support/test-selection.ts';

const files = [
  'shared/protocol/limits.test.ts',
  'electron/host/shares.test.ts',
  'e2e/journeys/shares.test.ts',
  'e2e/ui/send.test.ts',
  'e2e/ui/shares.test.ts',
  'e2e/desktop/shim.test.ts',
];

describe('the arguments of npm test', () => {
  it.each([
    [[], { vitest: [], playwright: [] }],
    [['--project', 'unit'], { vitest: ['--project=unit'] }],
    [['--project=shim'], { playwright: ['--project=shim'] }],
    [
      ['--project', 'e2e', '--project', 'browser'],
      { vitest: ['--project=e2e'], playwright: ['--project=browser'] },
    ],
    [['e2e/ui/send.test.ts'], { playwright: ['e2e/ui/send.test.ts'] }],
    [['./e2e/journeys'], { vitest: ['e2e/journeys'] }],
    [['shares', 'send'], { vitest: ['shares'], playwright: ['shares', 'send'] }],
    [['e2e/ui', '--grep=draft'], { playwright: ['e2e/ui', '--grep=draft'] }],
    [['--project', 'unit', '-t=limits'], { vitest: ['--project=unit', '-t=limits'] }],
  ])('%j go to the runner that has them', (args, expected) => {
    expect(selectTests(args, files)).toEqual(expected);
  });

  it.each([
    [
      ['--project', 'chrome'],
      'There is no project "chrome". There are: unit, renderer, e2e, browser, shim, electron.',
    ],
    [['e2e/ui/sned.test.ts'], 'No test file has "e2e/ui/sned.test.ts" in its path.'],
    [['--bail=1'], '--bail=1 is for vitest or for Playwright: say which by --project or by a path.'],
    [['--project', 'unit', 'e2e/ui'], 'No project has tests in the files that are asked for.'],
  ])('%j are refused with a reason', (args, message) => {
    expect(() => selectTests(args, files)).toThrow(new SelectionError(message));
  });
});
