// The thread that writes a capture file: an entry of its own in the bundle (rolldown.config.ts).

import { parentPort, workerData } from 'node:worker_threads';

import { serveWriter } from './file-capture.ts';
import type { ToWriter } from './file-capture.ts';
import type { CaptureFileOptions } from './capture-file-writer.ts';

const port = parentPort;
if (port !== null) {
  const hear = serveWriter(workerData as CaptureFileOptions, (message, moved = []) =>
    port.postMessage(message, [...moved]),
  );
  port.on('message', (message: ToWriter) => hear(message));
}
