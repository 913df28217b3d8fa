// node engine-receive.mjs DIR HOME on|off: the engine as the windows have it, with its capture running or not. Takes
// everything; says its port.

import { argv } from 'node:process';
import { createEngine } from '../../../electron/engine/engine.ts';

const [dir = '', home = '', capture = ''] = argv.slice(2);

const engine = await createEngine({ home, allowPlain: true, capture: capture === 'on' });
const { port } = await engine.listen({
  host: '127.0.0.1',
  port: 0,
  receive: { dir, onConflict: 'overwrite', decidesAtOnce: true, decide: async () => ({ accept: true }) },
});
console.log(port);
