import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, vi } from 'vitest';

import type { MessageLink } from '../../shared/ipc/link.ts';
import { CaptureFiles } from './capture-files.ts';
import { WindowConnections } from './window-connections.ts';

vi.mock('node:fs', async (original) => ({ ...(await original<typeof fs>()), rmSync: vi.fn<() => void>() }));

const link: MessageLink = {
  queuedBytes: 0,
  send: () => {},
  onMessage: () => {},
  onClose: () => {},
  close: () => {},
};

it('a file that somebody else holds open ends neither its window nor the program', () => {
  const files = new CaptureFiles();
  const window = new WindowConnections(link);
  const ended = vi.fn<() => void>();
  const { path } = files.newExport(window);
  window.onClosed(ended);
  vi.mocked(fs.rmSync).mockImplementation(() => {
    throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  });
  window.closed();
  expect(ended).toHaveBeenCalledOnce();
  files.close();
  expect(fs.rmSync).toHaveBeenCalledWith(dirname(path), expect.anything());
});
