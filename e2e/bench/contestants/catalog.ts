// Everyone who takes part, in the order of a round.

import type { Contestant } from './contestant.ts';
import { dd } from './dd.ts';
import { hexdropPlain, hexdropTls } from './hexdrop.ts';
import { https } from './https.ts';
import { nodePipe, oneRoundTrip } from './node-programs.ts';
import { rsync } from './rsync.ts';
import { scp } from './scp.ts';

export const catalog: readonly Contestant[] = [
  hexdropPlain,
  hexdropTls,
  dd,
  nodePipe,
  rsync,
  https,
  scp,
  oneRoundTrip,
];
