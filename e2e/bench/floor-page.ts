// The floor of the upload case: a bare page that is dropped files on and pushes them over a bare WebSocket to a bare
// Node process, which reads and forgets them. No engine, no contract, no encryption, nothing is written.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Browser, Page } from '@playwright/test';

const limitMs = 300_000;

export interface Floor {
  /** Seconds from the start of pushing to the receiver's word that it has all. */
  move(path: string, bytes: number): Promise<number>;
  /** Seconds from the drop to the receiver's word that it has parsed so many entries. */
  tell(path: string, files: number): Promise<number>;
  end(): Promise<void>;
}

export async function startFloor(
  browser: Browser,
  drop: (page: Page, path: string) => Promise<void>,
): Promise<Floor> {
  const worker = new Worker(serverScript, { eval: true, workerData: { html: pageHtml } });
  const [port] = (await once(worker, 'message')) as [number];
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  const dropped = async (path: string): Promise<void> => {
    await page.evaluate('globalThis.begin()');
    await drop(page, path);
    await page.waitForFunction('globalThis.entries !== undefined', undefined, { timeout: limitMs });
  };
  return {
    move: async (path, bytes) => {
      await dropped(path);
      await page.evaluate('globalThis.walk()');
      return (await page.evaluate(`globalThis.push(${bytes})`)) as number;
    },
    tell: async (path, files) => {
      const began = performance.now();
      await dropped(path);
      await page.evaluate(`globalThis.tell(${files})`);
      return (performance.now() - began) / 1_000;
    },
    end: async () => {
      await page.close();
      await worker.terminate();
    },
  };
}

const serverScript = `
const { parentPort, workerData } = require('node:worker_threads');
const { createServer } = require('node:http');
const { WebSocketServer } = require(${JSON.stringify('ws')});
const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(workerData.html);
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 2 ** 26 });
sockets.on('connection', (socket) => {
  let bytes = 0;
  let entries = 0;
  socket.on('message', (data, isBinary) => {
    if (isBinary) bytes += data.length;
    else entries += JSON.parse(data).length;
    socket.send(JSON.stringify({ bytes, entries }));
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Small files are read whole, eight at a time; pieces of 1 MiB are handed to the socket, which reads them: the quickest ways. */
const pageScript = `
const pieceBytes = 2 ** 20;
const atOnce = 8;
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  globalThis.entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
});
let socket;
let heard;
globalThis.begin = () => new Promise((resolve) => {
  globalThis.entries = undefined;
  socket = new WebSocket('ws://' + location.host);
  socket.onopen = resolve;
  socket.onmessage = ({ data }) => heard?.(JSON.parse(data));
});
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));
const some = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
async function* files(entries) {
  yield* await Promise.all(entries.filter((entry) => entry.isFile).map(fileOf));
  for (const folder of entries.filter((entry) => entry.isDirectory)) {
    const reader = folder.createReader();
    for (let part = await some(reader); part.length > 0; part = await some(reader)) yield* files(part);
  }
}
let found;
globalThis.walk = async () => {
  found = [];
  for await (const file of files(globalThis.entries)) found.push(file);
};
const until = (isReached) => new Promise((resolve) => {
  heard = (said) => isReached(said) && resolve();
});
globalThis.push = async (bytes) => {
  const began = performance.now();
  const all = until((said) => said.bytes === bytes);
  const pieces = (function* () {
    for (const file of found)
      for (let at = 0; at < file.size; at += pieceBytes) yield file.slice(at, Math.min(file.size, at + pieceBytes));
  })();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const piece of pieces) {
      const content = piece.size < pieceBytes ? await piece.arrayBuffer() : piece;
      while (socket.bufferedAmount > atOnce * pieceBytes) await new Promise((resolve) => setTimeout(resolve, 1));
      socket.send(content);
    }
  }));
  await all;
  return (performance.now() - began) / 1000;
};
globalThis.tell = async (count) => {
  const all = until((said) => said.entries === count);
  let batch = [];
  for await (const { name, size, lastModified } of files(globalThis.entries)) {
    batch.push({ path: name, kind: 'file', size, mtimeMs: lastModified });
    if (batch.length < 2000) continue;
    socket.send(JSON.stringify(batch));
    batch = [];
  }
  if (batch.length > 0) socket.send(JSON.stringify(batch));
  await all;
};
`;

const pageHtml = `<!doctype html><meta charset="utf-8"><title>floor</title>
<label>Address of a device <input></label><script>${pageScript}</script>`;
