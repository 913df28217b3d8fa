// The benchmark's own arithmetic; what it runs is proved by running it.

import { describe, expect, test } from 'vitest';
import { parseOptions, parseSize, UsageError } from './options.ts';
import { median, speedRatio, type Measurements, type Outcome } from './results.ts';
import { judge } from './targets.ts';
import { parseFreeWarmBytes } from './warm-memory.ts';

const environment = { node: '', system: '', processors: 2, network: '', storage: '' };

function fileOutcome(seconds: Readonly<Record<string, readonly number[]>>): Outcome {
  return {
    caseName: 'file',
    title: 'one file',
    reference: 'dd',
    bytes: 1,
    files: 1,
    entries: Object.entries(seconds).map(([name, all]) => ({
      kind: 'measured',
      name,
      runs: all.map((value) => ({ seconds: value, engineSeconds: undefined })),
    })),
    peaks: [{ title: 'one file', name: 'hexdrop', senderBytes: 60e6, receiverBytes: 201e6 }],
  };
}

describe('options', () => {
  test('sizes are powers of 1024 whatever the ending', () => {
    expect(['4GiB', '4G', '4gb', '0.5K', '7'].map(parseSize)).toEqual([2 ** 32, 2 ** 32, 2 ** 32, 512, 7]);
    expect(() => parseSize('4 apples')).toThrow(UsageError);
  });

  test('unknown cases, contestants and counts are refused by name', () => {
    expect(() => parseOptions(['--case', 'file,disk'], [])).toThrow('"disk"');
    expect(() => parseOptions(['--only', 'dd,ftp'], ['dd'])).toThrow('"ftp"');
    expect(() => parseOptions(['--rounds', '0'], [])).toThrow('--rounds');
    expect(() => parseOptions(['--speed'], [])).toThrow(UsageError);
  });
});

describe('ratios', () => {
  test('the median of an even number is the mean of the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('a ratio is taken within each round, then the median', () => {
    const outcome = fileOutcome({ hexdrop: [1, 10, 2], scp: [3, 20, 8] });
    expect(speedRatio(outcome, 'hexdrop', 'scp')).toBe(3);
    expect(speedRatio(outcome, 'hexdrop', 'rsync')).toBeUndefined();
  });

  test('targets pass, miss, or were not measured', () => {
    const measurements: Measurements = {
      environment,
      outcomes: [fileOutcome({ 'hexdrop-plain': [1], hexdrop: [1], rsync: [0.9], scp: [1.4] })],
      memoryOutcomes: [],
    };
    expect(judge(measurements).map(({ verdict }) => verdict)).toEqual([
      'PASS',
      'not measured',
      'MISS',
      'not measured',
      'not measured',
      'not measured',
      'not measured',
      'MISS',
    ]);
  });
});

test('only free blocks that are too small to be given back count as warm', () => {
  const buddyinfo = [
    'Node 0, zone      DMA      1      0      0      0      0      0      0      0      0      1      3 ',
    'Node 0, zone   Normal      0      2      0      0      0      0      0      0      1      9    878 ',
  ].join('\n');
  expect(parseFreeWarmBytes(`${buddyinfo}\n`)).toBe((1 + 2 * 2 + 256) * 4096);
});
