// Bundles every program into dist/, one call of `nodeProgram` a folder. A dynamic import stays a lazy chunk, so
// `hexdrop --version` does not load the engine. Libraries are bundled, except native addons: Node must find those in
// node_modules, which is why they are `dependencies` in package.json and named in `nativeAddons` here. (The other dependency
// is valibot: the types of the library name its types.)

import { chmod, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown';

import { unpatchedFs } from './build/unpatched-fs.ts';

const nativeAddons = ['@napi-rs/blake-hash'];
/** All but `fs`, which build/unpatched-fs.ts decides about. */
const nodeModules = /^node:(?!fs(?:\/|$))/;

/** Makes entries that start with `#!` runnable by name. Rolldown itself keeps the shebang. */
const runBit: Plugin = {
  name: 'run-bit',
  async writeBundle(options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk' && file.isEntry && file.code.startsWith('#!')) {
        await chmod(join(options.dir ?? '.', file.fileName), 0o755);
      }
    }
  },
};

/** What the command line hands to Wireshark lies beside the programs. */
const wiresharkFiles: Plugin = {
  name: 'wireshark-files',
  async writeBundle() {
    await cp('build/wireshark/hexdrop.lua', 'dist/wireshark/hexdrop.lua');
    await cp('build/wireshark/profile', 'dist/wireshark/profile', { recursive: true });
  },
};

function nodeProgram(folder: string, input: Record<string, string>): RolldownOptions {
  return {
    input,
    platform: 'node',
    external: [nodeModules, ...nativeAddons],
    output: {
      dir: `dist/${folder}`,
      cleanDir: true,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      // Each file that must be found, read and linked costs a millisecond at every start, and so does every space:
      // one chunk for the commands and the engine, and beside it only what the first run alone needs.
      codeSplitting: {
        groups: [
          // What the command line needs before it knows what it is asked for: `--version` loads nothing else.
          { name: 'start', test: /[\\/]package\.json$|[\\/]host[\\/]hang-up\.ts$/, priority: 1 },
          {
            name: 'program',
            test: /[\\/](?:electron|shared)[\\/](?!(?:cli[\\/](?:embedded|hexdrop|process-world)|cli[\\/]start[\\/][^.]+|headless[\\/]ui|engine[\\/](?:discovery[\\/]discovery|mdns[\\/](?:local-name|transport)|capture[\\/]pcapng[\\/]capture-thread))\.ts)|[\\/]valibot[\\/]/,
          },
        ],
      },
      minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    },
    plugins: [unpatchedFs(), runBit, wiresharkFiles],
  };
}

/** What the window and the tray show before any page does. */
const desktopIcons: Plugin = {
  name: 'desktop-icons',
  async writeBundle() {
    await cp('build/icons/png', 'dist/desktop/icons', { recursive: true });
  },
};

/** Of the desktop program: `electron` is the runtime itself. Entries stay in one file each, so that they know where they are. */
const desktopMain: RolldownOptions = {
  input: { main: 'electron/desktop/main.ts' },
  platform: 'node',
  external: ['electron', nodeModules, ...nativeAddons],
  output: {
    dir: 'dist/desktop',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
  },
  plugins: [unpatchedFs(), desktopIcons],
};

/** A sandboxed preload is one CommonJS file that requires 'electron' and nothing else. Built after main, which empties the folder. */
const desktopPreload: RolldownOptions = {
  input: { preload: 'electron/desktop/preload/preload.ts' },
  platform: 'browser',
  external: ['electron'],
  output: { dir: 'dist/desktop', format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
};

/** The library `hexdrop/protocol`, for any environment: one file that imports nothing. */
const protocolLibrary: RolldownOptions = {
  input: { index: 'shared/protocol/index.ts' },
  platform: 'neutral',
  output: { dir: 'dist/protocol', cleanDir: true, format: 'esm', codeSplitting: false },
};

export default defineConfig([
  nodeProgram('cli', {
    hexdrop: 'electron/cli/hexdrop.ts',
    embedded: 'electron/cli/embedded.ts',
    start: 'electron/cli/start/start.ts',
    'download-observer': 'electron/cli/start/download-observer.ts',
    'capture-thread': 'electron/engine/capture/pcapng/capture-thread.ts',
  }),
  nodeProgram('headless', { ui: 'electron/headless/ui.ts' }),
  protocolLibrary,
  desktopMain,
  desktopPreload,
]);
