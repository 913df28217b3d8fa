/** What a person sets in the framing lab, and the experiment that comes of it. */

import { labLimits } from '../../../shared/model/lab.ts';
import { type Conditions, type Plan, planOf } from '../../../shared/lab/framing/plan.ts';
import {
  type Encoded,
  encode,
  type LengthFormat,
  type Strategy,
  type StrategyKind,
} from '../../../shared/lab/framing/strategy.ts';

export interface LabSettings {
  readonly messages: string;
  readonly strategy: StrategyKind;
  readonly fixedLength: number;
  readonly terminator: number;
  readonly escapes: boolean;
  readonly format: LengthFormat;
  readonly conditions: Conditions;
  /** Used in a run without a plan only. */
  readonly pauseMs: number;
  readonly readDelayMs: number;
}

export const startSettings: LabSettings = {
  messages: 'hello\n粘包与半包\nlength first\nbye',
  strategy: 'length',
  fixedLength: 16,
  terminator: 0x0a,
  escapes: true,
  format: {
    lengthFieldOffset: 0,
    lengthFieldLength: 4,
    lengthAdjustment: 0,
    initialBytesToStrip: 4,
    maxFrameLength: 1_024,
    byteOrder: 'big',
    readAs: 'big',
  },
  conditions: { writePattern: 'message', splitter: 'random', nagle: true, mss: 1_460, readAfter: 1, seed: 1 },
  pauseMs: 20,
  readDelayMs: 0,
};

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The bounds of the numbers that a person types. */
export const bounds = {
  fixedLength: { least: 1, most: 1_024 },
  lengthFieldOffset: { least: 0, most: 16 },
  lengthAdjustment: { least: -24, most: 16 },
  initialBytesToStrip: { least: 0, most: 48 },
  maxFrameLength: { least: 1, most: 2_147_483_647 },
  mss: { least: 4, most: 65_495 },
  seed: { least: 0, most: 4_294_967_295 },
  delayMs: { least: 0, most: labLimits.delayMs },
} satisfies Record<string, Bounds>;

export interface Experiment {
  readonly messages: readonly string[];
  readonly strategy: Strategy;
  readonly stream: Encoded;
  readonly plan: Plan;
  /** Why it cannot be run. */
  readonly obstacle?: 'nothing' | 'too-much';
}

const strategyOf = (settings: LabSettings): Strategy => {
  switch (settings.strategy) {
    case 'none':
    case 'pause':
      return { kind: settings.strategy };
    case 'fixed':
      return { kind: 'fixed', length: settings.fixedLength };
    case 'terminator':
      return {
        kind: 'terminator',
        byte: settings.terminator,
        escapes: settings.escapes,
        maxFrameLength: settings.format.maxFrameLength,
      };
    case 'length':
      return { kind: 'length', ...settings.format };
  }
};

export function experimentOf(settings: LabSettings): Experiment {
  // With a semicolon or a zero byte, a person sees a collision by typing one; a line feed in a message is typed as \n.
  const messages = settings.messages
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\n', '\n').replaceAll('\\0', '\0'));
  const strategy = strategyOf(settings);
  const stream = encode(messages, strategy);
  const { length } = stream.bytes;
  if (length === 0 || length > labLimits.streamBytes) {
    const plan: Plan = { writeEnds: [], segmentEnds: [], readEnds: [] };
    return { messages, strategy, stream, plan, obstacle: length === 0 ? 'nothing' : 'too-much' };
  }
  const plan = planOf(stream, strategy.kind, settings.conditions);
  const pieces = Math.max(plan.writeEnds.length, plan.readEnds.length, plan.segmentEnds.length);
  return {
    messages,
    strategy,
    stream,
    plan,
    ...(pieces > labLimits.writes ? { obstacle: 'too-much' as const } : {}),
  };
}

export const lengthsOf = (ends: readonly number[]): number[] =>
  ends.map((end, index) => end - (ends[index - 1] ?? 0));
