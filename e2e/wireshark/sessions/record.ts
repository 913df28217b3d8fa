/**
 * `npm run sessions [-- NAME...]`: records the sessions of shared/protocol/vectors/sessions anew, each with the list of its
 * frames; `--dir DIR` puts them elsewhere. Two engines in a network namespace of their own talk over real TCP, dumpcap captures their packets, and the list
 * is what the engine that dials says has crossed. For root on Linux, with dumpcap, tshark and editcap.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execArgv, execPath } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { Engine } from '../../../electron/engine/api.ts';
import { createEngine } from '../../../electron/engine/engine.ts';
import type { CaptureConnection } from '../../../shared/model/capture.ts';
import { needs } from '../../support/needs.ts';
import { sniff } from '../sniffer.ts';
import { courses } from './courses.ts';
import type { Course, Stage } from './courses.ts';
import { adaAddress, bobAddress, pathOf, readFrames, sessionPort, sessionsFolder } from './sessions.ts';
import type { Recorded, RecordedFrame } from './sessions.ts';

const insideVariable = 'HEXDROP_SESSIONS_NETWORK';

const sh = (line: string): void => void execFileSync('sh', ['-ec', line], { stdio: 'inherit' });

/** Two addresses of one machine, each reached from the other, with packets no longer than those of Ethernet. */
const network = [
  'ip link set lo mtu 1500 gso_max_segs 1 up',
  `ip addr add ${adaAddress}/32 dev lo`,
  `ip addr add ${bobAddress}/32 dev lo`,
  `ip route replace local ${adaAddress} dev lo table local src ${bobAddress}`,
  `ip route replace local ${bobAddress} dev lo table local src ${adaAddress}`,
].join('\n');

/** Resolves when all that was dialed to it is over. Connection 0 stands for its listening. */
const quiet = async (listener: Engine): Promise<void> => {
  const isOpen = (each: CaptureConnection): boolean => each.number > 0 && each.isOpen;
  while (listener.capture.live.connections().some(isOpen)) await delay(10);
};

interface OpenStage extends Stage {
  /** Resolves when nothing is on its way to those who listen. */
  quiet(): Promise<void>;
  /** Ends the engines, those that dialed first. */
  close(): Promise<void>;
}

function openStage(folder: string, course: Course): OpenStage {
  const dialers = new Set<Engine>();
  const listeners = new Set<Engine>();
  const inFolder = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const start = async (alias: string, more: { readonly keyLog?: string } = {}): Promise<Engine> => {
    const home = inFolder(`home of ${alias}`);
    const engine = await createEngine({ home, alias, allowPlain: true, capture: true, ...more });
    (alias === 'Ada' ? dialers : listeners).add(engine);
    return engine;
  };
  const keyLog = course.isEncrypted === true ? { keyLog: join(folder, 'keys.log') } : {};
  const allQuiet = async (): Promise<void> => {
    for (const engine of listeners) await quiet(engine);
  };
  return {
    folder: inFolder,
    plain: course.isEncrypted !== true,
    to: { host: bobAddress, port: sessionPort },
    startAda: () => start('Ada', keyLog),
    startBob: () => start('Bob'),
    quiet: allQuiet,
    close: async () => {
      for (const engine of dialers) await engine.close();
      await allQuiet();
      for (const engine of listeners) await engine.close();
    },
  };
}

/**
 * Only the packets between the two, without what dumpcap tells of the machine that captured them: a classic capture has no
 * place for it.
 */
function trimmed(folder: string, wire: Buffer, course: Course): Buffer {
  const [captured, chosen, classic, out] = ['wire', 'chosen', 'classic', 'out'].map((name) =>
    join(folder, `${name}.pcapng`),
  ) as [string, string, string, string];
  writeFileSync(captured, wire);
  const between = `ip.addr == ${adaAddress} && ip.addr == ${bobAddress} && tcp.port != 51966`;
  const run = (file: string, args: readonly string[]): void => {
    const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${file}: ${stderr}`);
  };
  run('tshark', ['-n', '-r', captured, '-Y', between, '-w', chosen]);
  run('editcap', ['-F', 'nsecpcap', chosen, classic]);
  const secrets = course.isEncrypted === true ? ['--inject-secrets', `tls,${join(folder, 'keys.log')}`] : [];
  run('editcap', ['-F', 'pcapng', ...secrets, classic, out]);
  return readFileSync(out);
}

/** Each frame with what it shows: the notes of the course, in the order of the frames that they are about. */
function explained(
  frames: readonly Omit<RecordedFrame, 'shows'>[],
  course: Course,
): readonly RecordedFrame[] {
  const notes = [...course.notes];
  const told = frames.map((frame): RecordedFrame => {
    const at = notes.findIndex(([from, type]) => from === frame.from && type === frame.type);
    if (at === -1) return frame;
    const [[, , shows]] = notes.splice(at, 1) as [Course['notes'][number]];
    return { ...frame, shows };
  });
  if (notes.length > 0) {
    const missing = notes.map(([from, type]) => `${type} of ${from}`).join(', ');
    throw new Error(`${course.name}: the session has gone another way, without ${missing}.`);
  }
  return told;
}

async function record(course: Course, dir: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hexdrop-sessions-'));
  const stage = openStage(folder, course);
  try {
    const during = await course.prepare(stage);
    await stage.quiet();
    const dumpcap = needs('dumpcap', '').path;
    const wire = await sniff(dumpcap, { interfaceName: 'lo', wrap: (command) => command }, folder);
    const teller = await during();
    await stage.close();
    const { toldBy = 'Ada' } = course;
    const frames = readFrames(teller.capture.live, () => toldBy);
    const capture = trimmed(folder, await wire.stop(), course);
    const { name, title, about } = course;
    const recorded: Recorded = { title, about, frames: explained(frames, course) };
    writeFileSync(pathOf(name, 'pcapng', dir), capture);
    writeFileSync(pathOf(name, 'json', dir), `${JSON.stringify(recorded, null, 2)}\n`);
    console.log(`${name}: ${frames.length} frames, ${capture.length} bytes`);
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals: asked } = parseArgs({
  options: { dir: { type: 'string', default: sessionsFolder } },
  allowPositionals: true,
});
if (env[insideVariable] === undefined) {
  const command = ['-n', execPath, ...execArgv, fileURLToPath(import.meta.url), ...argv.slice(2)];
  const { status } = spawnSync('unshare', command, {
    stdio: 'inherit',
    env: { ...env, [insideVariable]: '1' },
  });
  process.exitCode = status ?? 1;
} else {
  sh(network);
  const chosen = courses.filter(({ name }) => asked.length === 0 || asked.includes(name));
  for (const course of chosen) await record(course, values.dir);
}
