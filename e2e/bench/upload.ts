// How fast a page brings files to the engine: files dropped on a window in Chromium, sent to a `receive`. Beside it, in
// the same rounds, the floor (a bare page that pushes the same files over a bare WebSocket) and the command line.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { startFloor, type Floor } from './floor-page.ts';
import { chromiumOptions } from '../support/chromium.ts';
import { findProgram, timeCommand } from './processes.ts';
import type { Place } from './cases.ts';
import { median } from './results.ts';
import { Talker } from './talker.ts';
import { smallFileBytes, writeLargeFile, writeTree } from './sources.ts';

const program = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'hexdrop.js');
const GiB = 2 ** 30;
const runLimitMs = 300_000;
/** Told, not sent: their content does not matter. */
const toldFiles = 100_000;
/** A transfer from the disk, with a window that shows it and without. */
const watchedFiles = 100_000;

/** What a window and a floor are given to move. */
interface Load {
  readonly title: string;
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
}

/** All times in seconds, one for each round. */
interface Column {
  readonly name: string;
  readonly seconds: number[];
}

export interface UploadOptions {
  readonly rounds: number;
  readonly fileBytes: number;
  readonly fileCount: number;
}

interface Stage {
  readonly browser: Browser;
  readonly folder: string;
  readonly receiver: Talker;
  readonly port: number;
}

/** Prints its tables; false when a target was missed. */
export async function runUploadCase(options: UploadOptions, place: Place): Promise<boolean> {
  const chromiumPath = findProgram('chromium');
  if (chromiumPath === undefined) {
    console.log('\nFiles of a page: not measured, chromium is not installed');
    return true;
  }
  const folder = join(place.workspace, 'upload');
  const landing = join(folder, 'landing');
  mkdirSync(landing, { recursive: true });
  const browser = await chromium.launch(chromiumOptions(chromiumPath));
  const receiver = new Talker([
    'receive',
    '--json',
    '--yes',
    '--host=127.0.0.1',
    '--port=0',
    `--home=${join(folder, 'receiver-home')}`,
    `--dir=${landing}`,
  ]);
  try {
    const { port } = await receiver.next('listening', runLimitMs);
    const stage: Stage = { browser, folder, receiver, port: port as number };
    const hasReached = [
      await moveCase(options, stage, largeFile(options, folder)),
      await moveCase(options, stage, smallFiles(options, folder)),
      await tellCase(options, stage),
      await watchCase(options, stage),
    ];
    return hasReached.every(Boolean);
  } finally {
    await browser.close();
    await receiver.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function largeFile({ fileBytes }: UploadOptions, folder: string): Load {
  const path = join(folder, 'large.bin');
  writeLargeFile(path, fileBytes);
  return { title: `One file of ${fileBytes / GiB} GiB, of a page`, path, bytes: fileBytes, files: 1 };
}

function smallFiles({ fileCount }: UploadOptions, folder: string): Load {
  const path = join(folder, 'tree');
  writeTree(path, fileCount);
  return {
    title: `${fileCount} files of 4 KiB, of a page`,
    path,
    bytes: fileCount * smallFileBytes,
    files: fileCount,
  };
}

/** From the press on "Send" to the receiver's word that all of it is there. */
async function moveCase({ rounds }: UploadOptions, stage: Stage, load: Load): Promise<boolean> {
  const [window, floor, commandLine] = columns('window', 'bare WebSocket', 'hexdrop send');
  let stutter = 0;
  await withWindow(stage, (page) =>
    withFloor(stage, async (bare) => {
      for (let round = 0; round < rounds; round += 1) {
        floor.seconds.push(await bare.move(load.path, load.bytes));
        await drop(page, load.path);
        await sendIsReady(page);
        await watchFrames(page);
        window.seconds.push(await seconds(stage, load, () => send(page)));
        stutter = Math.max(stutter, await frameGapMs(page));
        commandLine.seconds.push(await sendByCommand(stage, load));
      }
    }),
  );
  rmSync(load.path, { recursive: true });
  print(load.title, [window, floor, commandLine], load);
  console.log(`frame gap of the page, 99 of 100: ${stutter.toFixed(0)} ms`);
  return load.files === 1
    ? judge('at least 0.5 x the bare WebSocket', ratio(floor, window), 0.5)
    : judge('at least 3000 files a second', load.files / median(window.seconds), 3_000);
}

/** From the drop to the moment when the sheet can be sent. */
async function tellCase({ rounds }: UploadOptions, stage: Stage): Promise<boolean> {
  const path = join(stage.folder, 'told');
  writeTree(path, toldFiles, 1);
  const [window, floor] = columns('window', 'bare WebSocket');
  for (let round = 0; round < rounds; round += 1) {
    await withFloor(stage, async (bare) => floor.seconds.push(await bare.tell(path, toldFiles)));
    await withWindow(stage, async (page) => {
      const began = performance.now();
      await drop(page, path);
      await sendIsReady(page);
      window.seconds.push((performance.now() - began) / 1_000);
    });
  }
  rmSync(path, { recursive: true });
  print(`${toldFiles} files told by a page`, [window, floor], { files: toldFiles });
  return judge('told in less than 8 s', 8 / median(window.seconds), 1);
}

/** What it costs a transfer that a window looks on. */
async function watchCase({ rounds }: UploadOptions, stage: Stage): Promise<boolean> {
  const path = join(stage.folder, 'watched');
  writeTree(path, watchedFiles, 64);
  const load = { title: '', path, bytes: 64 * watchedFiles, files: watchedFiles };
  const [watched, alone] = columns('with a window', 'without');
  const gaps: number[] = [];
  await withWindow(stage, async (page) => {
    const address = page.url();
    for (let round = 0; round < rounds; round += 1) {
      for (const column of round % 2 === 0 ? [watched, alone] : [alone, watched]) {
        await page.goto(address);
        await page.locator('.app').waitFor();
        await page.evaluate(`location.hash = '#/transfers'`);
        await watchFrames(page);
        column.seconds.push(
          await seconds(stage, load, async () => {
            await page.evaluate(startFromDisk(path, stage.port));
            if (column === alone) await page.goto('about:blank');
          }),
        );
        if (column === watched) gaps.push(await frameGapMs(page));
        else await page.goto(address);
      }
    }
  });
  rmSync(path, { recursive: true });
  print(`${watchedFiles} files from the disk, looked on`, [watched, alone], load);
  const gap = median(gaps);
  console.log(`frame gap of the page, 99 of 100: ${gap.toFixed(0)} ms`);
  const isSmooth = judge('frame gap below 50 ms', 50 / gap, 1);
  return judge('with a window at least 0.95 x without', ratio(alone, watched), 0.95) && isSmooth;
}

// Windows

async function withWindow(stage: Stage, use: (page: Page) => Promise<unknown>): Promise<void> {
  const home = join(stage.folder, 'sender-home');
  const host = new Talker([
    'ui',
    '--json',
    '--no-open',
    '--port=0',
    '--host=127.0.0.1',
    `--home=${home}`,
    '--alias=page',
    `--dir=${join(stage.folder, 'sender-downloads')}`,
  ]);
  const context = await stage.browser.newContext({ locale: 'en-GB' });
  try {
    const { url } = await host.next('listening', runLimitMs);
    const page = await context.newPage();
    await page.goto(String(url));
    await page.locator('.app').waitFor();
    await page.getByRole('textbox', { name: 'Address of a device' }).fill(`127.0.0.1:${stage.port}`);
    await use(page);
  } finally {
    await context.close();
    await host.end();
    rmSync(home, { recursive: true, force: true });
  }
}

async function withFloor(stage: Stage, use: (floor: Floor) => Promise<unknown>): Promise<void> {
  const floor = await startFloor(stage.browser, drop);
  try {
    await use(floor);
  } finally {
    await floor.end();
  }
}

/** As a file manager does it. */
async function drop(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const field = page.getByRole('textbox', { name: 'Address of a device' });
  const box = (await field.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  await session.detach();
}

const sendButton = (page: Page) =>
  page.getByRole('dialog', { name: /^Send/u }).getByRole('button', { name: 'Send', exact: true });

async function sendIsReady(page: Page): Promise<void> {
  await sendButton(page).and(page.locator(':enabled')).waitFor({ timeout: runLimitMs });
}

const send = (page: Page): Promise<void> => sendButton(page).click();

/** Over a link of its own, so that no file dialog is in the way. */
const startFromDisk = (path: string, port: number): string => `new Promise((resolve, reject) => {
  const socket = new WebSocket(new URL('link', location.href));
  const call = (id, name, args) => socket.send(JSON.stringify({ kind: 'call', id, name, args }));
  socket.onopen = () => call(1, 'files.resolve', { path: ${JSON.stringify(path)} });
  socket.onmessage = ({ data }) => {
    const reply = JSON.parse(data);
    if (reply.kind === 'failed') reject(new Error(reply.error.message));
    if (reply.kind !== 'result') return;
    if (reply.id === 1) return call(2, 'transfers.send', { to: { address: '127.0.0.1:${port}' }, refs: [reply.value.ref] });
    socket.close();
    resolve();
  };
})`;

const watchFrames = (page: Page): Promise<unknown> =>
  page.evaluate(`(() => {
    const gaps = (globalThis.frameGaps = []);
    let last = performance.now();
    const frame = (now) => {
      if (globalThis.frameGaps !== gaps) return;
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })()`);

/** Of 100 frames the 99th. */
async function frameGapMs(page: Page): Promise<number> {
  const gaps: number[] = await page.evaluate('globalThis.frameGaps');
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length * 0.99)] ?? 0;
}

// Transfers

async function seconds({ receiver, folder }: Stage, load: Load, start: () => Promise<void>): Promise<number> {
  const began = performance.now();
  const done = receiver.next('done', runLimitMs);
  await start();
  const { files, bytes, failed } = await done;
  const took = (performance.now() - began) / 1_000;
  if (files !== load.files || bytes !== load.bytes || failed !== 0)
    throw new Error(`not all arrived: ${String(files)} files, ${String(bytes)} bytes`);
  rmSync(join(folder, 'landing'), { recursive: true });
  mkdirSync(join(folder, 'landing'));
  return took;
}

const sendByCommand = (stage: Stage, load: Load): Promise<number> =>
  seconds(stage, load, async () => {
    const to = ['--to', `127.0.0.1:${stage.port}`, '--home', join(stage.folder, 'command-home')];
    await timeCommand(
      { file: process.execPath, args: [program, 'send', load.path, '--json', ...to] },
      runLimitMs,
    );
  });

// Figures

const columns = <const Names extends readonly string[]>(...names: Names) =>
  names.map((name) => ({ name, seconds: [] })) as unknown as { [Each in keyof Names]: Column };

/** How many times as fast as the reference: round by round, then the median. */
const ratio = (reference: Column, measured: Column): number =>
  median(measured.seconds.map((each, round) => (reference.seconds[round] ?? Number.NaN) / each));

function print(title: string, all: readonly Column[], load: { bytes?: number; files: number }): void {
  const [first] = all as [Column];
  console.log(`\n${title}\n`);
  for (const column of all) {
    const middle = median(column.seconds);
    const pace =
      load.files === 1 && load.bytes !== undefined
        ? `${(load.bytes / middle / 2 ** 20).toFixed(0)} MiB/s`
        : `${(load.files / middle).toFixed(0)} files/s`;
    const spread = `${Math.min(...column.seconds).toFixed(2)}..${Math.max(...column.seconds).toFixed(2)}`;
    const beside = column === first ? '' : `  ${first.name} is ${ratio(column, first).toFixed(2)} x`;
    console.log(
      `${column.name.padEnd(16)} ${middle.toFixed(3).padStart(8)} s  ${spread.padStart(13)}  ${pace.padStart(14)}${beside}`,
    );
  }
}

function judge(what: string, measured: number, atLeast: number): boolean {
  const hasReached = measured >= atLeast;
  console.log(`${hasReached ? 'PASS' : 'MISS'}  ${what}: ${measured.toFixed(2)}`);
  return hasReached;
}
