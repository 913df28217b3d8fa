/** The calls of the capture, on the engine's captures. Bytes go beside the answers; nothing is told unasked. */

import { join } from 'node:path';

import type { CallName } from '../../shared/ipc/contract/index.ts';
import type { CaptureSource, RangeRows } from '../engine/api.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { CaptureFiles } from './capture-files.ts';
import type { HostContext } from './context.ts';
import { WithBytes } from './dispatch.ts';
import type { CallFrame, Handlers } from './dispatch.ts';
import { findWireshark, startWireshark } from './wireshark.ts';

type CaptureCall = Extract<CallName, `capture.${string}`>;

export interface CaptureHandlers {
  readonly handlers: Pick<Handlers, CaptureCall>;
  /** Removes temporary files. */
  close(): void;
}

export function captureHandlers({ engine, grants }: HostContext): CaptureHandlers {
  const { capture } = engine;
  const files = new CaptureFiles();

  /** A loaded capture goes with the window that opened it. */
  const opened = async (path: string, { window }: CallFrame): Promise<string> => {
    const { id } = await capture.open(path);
    if (window.isClosed) capture.close(id);
    else window.onClosed(() => forget(id));
    return id;
  };
  const forget = (id: string): void => {
    try {
      capture.close(id);
    } catch (thrown) {
      // Its window had closed it before.
      if (!(thrown instanceof HexdropError && thrown.code === 'no-such-capture')) throw thrown;
    }
  };

  const handlers: Pick<Handlers, CaptureCall> = {
    'capture.status': ({ source }) => capture.source(source).status(),
    'capture.records': async ({ source, from, most, waitMs = 0 }, { signal }) => {
      const asked = capture.source(source);
      if (waitMs > 0 && asked.status().nextRecord <= from) await growth(asked, waitMs, signal);
      const { rows, next } = asked.records(from, most);
      return new WithBytes({ next, status: asked.status() }, rows);
    },
    'capture.payload': ({ source, record, offset, length }) => {
      const { bytes, ...about } = capture.source(source).payload(record, offset, length);
      return new WithBytes(about, bytes);
    },
    'capture.heads': ({ source, records, bytes: most }) => {
      const { lengths, bytes } = capture.source(source).heads(records, most);
      return new WithBytes({ lengths }, bytes);
    },
    'capture.chunks': ({ source, ...range }) => {
      return rangeAnswer(capture.source(source).chunks(range));
    },
    'capture.framesAt': ({ source, ...range }) => {
      return rangeAnswer(capture.source(source).framesAt(range));
    },
    'capture.connections': ({ source }) => {
      const asked = capture.source(source);
      return {
        version: asked.status().connectionsVersion,
        connections: asked.connections(),
        transfers: asked.transfers(),
      };
    },
    'capture.search': ({ source, needle, ...request }) => {
      return capture.source(source).search({ ...request, needle: Buffer.from(needle, 'hex') });
    },
    'capture.configure': (change) => capture.configure(change),
    'capture.clear': () => {
      capture.clear();
      return {};
    },

    'capture.export': async ({ source, format, dir, name = exportName(), ...selection }, { window }) => {
      if (dir === undefined) {
        const { exported, path } = files.newExport(window);
        const result = await capture.export({ source, selection, format, path });
        return { ...result, name, exported };
      }
      const path = join(grants.pathOf(dir), checkedName(name));
      const result = await capture.export({ source, selection, format, path });
      return { ...result, name, ref: grants.refFor(path) };
    },
    'capture.exported': async ({ exported, offset, length }) =>
      new WithBytes({}, await files.read(exported, offset, length)),
    'capture.dropExport': ({ exported }) => {
      files.drop(exported);
      return {};
    },
    'capture.open': async ({ ref }, frame) => ({ source: await opened(grants.pathOf(ref), frame) }),
    'capture.upload': async ({ upload, name, isLast }, frame) => {
      const id = await files.append(upload, name, frame.bytes, frame.window);
      if (!isLast) return { upload: id };
      const source = await opened(files.pathOf(id), frame);
      return { upload: id, source };
    },
    'capture.close': ({ source }) => {
      if (source === capture.live.id) throw new HexdropError('not-supported');
      capture.close(source);
      return {};
    },
    'capture.tools': async () => ({ wireshark: (await findWireshark()) !== undefined }),
    'capture.wireshark': async ({ source, format, ...selection }, { window }) => {
      window.requireSameMachine();
      const program = await findWireshark();
      if (program === undefined) throw new HexdropError('not-supported', 'Wireshark is not installed here.');
      const { path } = files.newExport(window);
      const { packets, missing } = await capture.export({ source, selection, format, path });
      await startWireshark(program, path);
      return { packets, missing };
    },
  };
  return { handlers, close: () => files.close() };
}

/** Resolves when there is a new record, after `waitMs`, or when nobody waits any more. */
const growth = (source: CaptureSource, waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, waitMs);
    const stopListening = source.onGrowth(over);
    signal.addEventListener('abort', over, { once: true });
  });

const rangeAnswer = ({ rows, next }: RangeRows) =>
  new WithBytes(next === undefined ? {} : { next: next.offset }, rows);

const exportName = (): string =>
  `hexdrop-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/gu, '-')}.pcapng`;

/** One component of a path, and no other. */
function checkedName(name: string): string {
  if (!/[/\\\0]/u.test(name) && name !== '.' && name !== '..') return name;
  throw new HexdropError('bad-arguments', 'The name of a file has no folders in it.', {
    seen: name.slice(0, 100),
  });
}
