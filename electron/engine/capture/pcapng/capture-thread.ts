// The thread that writes a capture file: an entry of its own in the bundle (rolldown.config.ts).

import { parentPort, workerData } from 'node:worker_threads';

import { scribeDesk } from './file-capture.ts';
import type { ToScribe } from './file-capture.ts';
import type { ScribeAbout } from './file-scribe.ts';

const port = parentPort;
if (port !== null) {
  const hear = scribeDesk(workerData as ScribeAbout, (message, moved = []) =>
    port.postMessage(message, [...moved]),
  );
  port.on('message', (message: ToScribe) => hear(message));
}
