import { describe, expect, test } from 'vitest';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { foreignServer } from '../testing/foreign.ts';
import { dialing } from '../testing/loopback.ts';
import { reading } from '../testing/reader.ts';

describe('what a dialer hears first must be the frame magic', () => {
  const answering = async (parts: readonly string[]): Promise<HexdropError | undefined> => {
    const { port } = await foreignServer((socket) => {
      socket.setNoDelay(true);
      const [first = '', ...rest] = parts;
      socket.write(first);
      for (const part of rest) setImmediate(() => socket.write(part));
    });
    const dialed = await dialing({ port, plain: true });
    return reading(dialed).closing;
  };

  test('an SSH server is told from Hexdrop', async () => {
    const error = await answering(['SSH-2.0-OpenSSH_9.2\r\n']);
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toMatch(/an SSH server, not Hexdrop: it opens with "SSH-2.0-OpenSSH/);
  });

  test('a web server is told from Hexdrop, whatever the pieces', async () => {
    const error = await answering(['H', 'TTP/1.1 400 Bad Request\r\n']);
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toContain('a web server');
  });

  test('the magic may come in single bytes', async () => {
    const { port } = await foreignServer((socket) => {
      socket.setNoDelay(true);
      socket.write('H');
      setImmediate(() => socket.write('XD'));
      setImmediate(() => setImmediate(() => socket.end('1 and more')));
    });
    const reader = reading(await dialing({ port, plain: true }));
    expect(await reader.closing).toBeUndefined();
    expect(reader.text).toBe('HXD1 and more');
  });

  test('holds for direct reading too', async () => {
    const { port } = await foreignServer((socket) => socket.write('220 ftp ready\r\n'));
    const dialed = await dialing({ port, plain: true, directRead: true });
    const error = await reading(dialed, { targetBytes: 64 }).closing;
    expect(error?.code).toBe('not-hexdrop');
  });
});
