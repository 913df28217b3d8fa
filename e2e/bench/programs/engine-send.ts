// node engine-send.mjs FILE PORT HOME on|off: sends FILE and says, as JSON, what the engine says of it.

import { argv } from 'node:process';
import { createEngine } from '../../../electron/engine/engine.ts';

const [path = '', port = '', home = '', capture = ''] = argv.slice(2);

const engine = await createEngine({ home, capture: capture === 'on' });
const result = await engine.send({
  paths: [path],
  to: { host: '127.0.0.1', port: Number(port) },
  plain: true,
}).done;
console.log(JSON.stringify({ ...result, captured: engine.capture.live.status().captured }));
await engine.close();
