// `dd bs=1M`: the copy without a network, one process. What memory and kernel allow.

import { basename, join } from 'node:path';
import { installed, missingPrograms } from '../processes.ts';
import type { Contestant } from './contestant.ts';

export const dd: Contestant = {
  name: 'dd',
  cases: ['file'],
  missing: () => missingPrograms('dd'),
  prepare: async ({ source, landing }) => ({
    command: {
      file: installed('dd'),
      args: ['bs=1M', 'status=none', `if=${source}`, `of=${join(landing, basename(source))}`],
    },
  }),
};
