import { afterEach, describe, expect, test, vi } from 'vitest';
import { closingOf, foreignServer, rawSocket } from '../testing/foreign.ts';
import { connected, dialing, inTurn, listening, mebibyte, opening } from '../testing/loopback.ts';
import { reading } from '../testing/reader.ts';

describe('half-open peers', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('one that never closes its side is cut after our end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { port } = await foreignServer(
      (socket) => {
        socket.resume();
        socket.write(opening);
      },
      { allowHalfOpen: true },
    );
    const dialed = await dialing({ port, plain: true });
    const reader = reading(dialed);
    await reader.has(4);
    dialed.end();
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    expect(reader.closings).toHaveLength(0);
    vi.advanceTimersByTime(10_000);
    expect((await reader.closing)?.code).toBe('peer-silent');
  });

  test('one that has closed its side and takes nothing is cut', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const listener = await listening();
    const peer = await rawSocket(listener.port);
    peer.pause();
    peer.write(opening);
    const accepted = await listener.accepted.next();
    const reader = reading(accepted);
    const outcomes: unknown[] = [];
    for (let count = 0; count < 64; count += 1)
      accepted.write(Buffer.alloc(mebibyte), (error) => outcomes.push(error));
    peer.end();
    expect(await reader.closing).toBeUndefined();
    for (let turn = 0; turn < 20; turn += 1) await inTurn();
    vi.advanceTimersByTime(15_000);
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    expect(accepted.isDestroyed).toBe(true);
    expect(outcomes).toHaveLength(64);
    expect(outcomes.at(-1)).toBeInstanceOf(Error);
  });

  test('a FIN is told at once, though our own queue cannot be flushed', async () => {
    const listener = await listening();
    const peer = await rawSocket(listener.port);
    peer.pause();
    peer.write(opening);
    const accepted = await listener.accepted.next();
    const reader = reading(accepted);
    for (let count = 0; count < 64; count += 1) accepted.write(Buffer.alloc(mebibyte));
    expect(accepted.queuedBytes).toBeGreaterThan(0);
    peer.end();
    expect(await reader.closing).toBeUndefined();
    accepted.destroy();
  });

  test('answers the FIN of a peer with its own', async () => {
    const listener = await listening();
    const peer = await rawSocket(listener.port);
    peer.write(opening);
    const reader = reading(await listener.accepted.next());
    peer.resume();
    const ended = closingOf(peer);
    peer.end();
    expect(await reader.closing).toBeUndefined();
    await ended;
  });
});

test('a peer that is dialed and hangs up without a word is told of as loss', async () => {
  const { port } = await foreignServer((socket) => socket.end());
  const dialed = await dialing({ port, plain: true });
  const error = await reading(dialed).closing;
  expect(error?.code).toBe('connection-lost');
  expect(error?.message).toContain('closed the connection without a word');
});

test('a connection without a reader does not hold the process up by errors', async () => {
  const { dialed, accepted } = await connected({ plain: true });
  dialed.write(Buffer.alloc(mebibyte));
  accepted.destroy();
  const closed = reading(dialed).closing;
  expect((await closed)?.code ?? 'none').toMatch(/connection-lost|none/);
});
