// Loaded before the desktop program's entry: whoever imports `electron` gets the shim. `registerHooks` would need a
// newer Node; the hook itself is a file of its own, since it runs in a thread of its own.

import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
