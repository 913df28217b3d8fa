import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { FakeEngine, fakeCall } from '../testing/fake-world.ts';
import type { FakeCallOptions } from '../testing/fake-world.ts';

const text = async (operands: readonly string[], options?: FakeCallOptions) => {
  const call = fakeCall(['text', '192.168.1.23', ...operands], options);
  return { exitCode: await call.run(), texts: call.engine.texts.map((sent) => sent.text), call };
};

describe('text', () => {
  it('sends an argument as it stands and says to whom', async () => {
    const { exitCode, texts, call } = await text(['two words', '--plain', '--port', '99']);
    expect(exitCode).toBe(0);
    expect(call.engine.texts).toEqual([
      { text: 'two words', to: { host: '192.168.1.23', port: 99 }, plain: true, acceptNewKey: false },
    ]);
    expect(texts).toEqual(['two words']);
    expect(call.stdout.lines).toEqual(['Sent a text of 9 characters to "studio" (3f2a-91bc-07de).']);
    expect(call.engine.isClosed).toBe(true);
  });

  it('reads standard input where there is none, or where "-" says so', async () => {
    expect((await text([], { input: ['one\ntw', 'o\n'] })).texts).toEqual(['one\ntwo']);
    expect((await text(['-'], { input: ['one\r\n'] })).texts).toEqual(['one']);
    expect((await text(['typed'], { input: ['not read'] })).texts).toEqual(['typed']);
  });

  it('joins characters that came in pieces', async () => {
    const bytes = Buffer.from('Grüße 漢');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect((await text([], { input: pieces })).texts).toEqual(['Grüße 漢']);
  });

  it('leaves out the end of the last line only', async () => {
    expect((await text([], { input: ['\n  a\n\n'] })).texts).toEqual(['\n  a\n']);
  });

  it('tells a person at a terminal how to end it', async () => {
    const { call } = await text([], { isTerminal: true, input: ['typed'] });
    expect(call.stderr.text).toContain('Ctrl-D');
  });

  it('refuses an empty one, one that is too long and one that is no text, before anybody is asked', async () => {
    const longest = '✨'.repeat(limits.textCharacters);
    expect((await text([], { input: [longest, '\n'] })).texts).toEqual([longest]);
    for (const [input, words] of [
      [[], 'is empty'],
      [['\n'], 'is empty'],
      [[longest, 'x'], 'at most 60000 characters'],
      [['x'.repeat(1_000_000)], 'at most 60000 characters'],
      [[Uint8Array.of(0x66, 0xff, 0x66)], 'no text in UTF-8'],
    ] as const) {
      const { exitCode, call } = await text([], { input });
      expect(exitCode).toBe(2);
      expect(call.engine.options).toBeUndefined();
      expect(call.stderr.text).toContain(words);
    }
  });

  it('fails when standard input breaks off', async () => {
    const { exitCode, texts, call } = await text([], { input: ['half', new Error('EIO: i/o error, read')] });
    expect(exitCode).toBe(1);
    expect(texts).toEqual([]);
    expect(call.stderr.text).toContain('Standard input could not be read to its end');
  });

  it('exits 3 when the device takes no texts', async () => {
    const engine = new FakeEngine();
    engine.textFault = new HexdropError('not-receiving');
    expect((await text(['words'], { engine })).exitCode).toBe(3);
  });

  it('tells it as a JSON line', async () => {
    const { call } = await text(['漢字', '--json']);
    expect(call.stdout.events).toEqual([
      { event: 'text-sent', peer: expect.objectContaining({ alias: 'studio' }), characters: 2 },
    ]);
  });

  it('takes one text', async () => {
    const { exitCode, call } = await text(['two', 'words']);
    expect(exitCode).toBe(2);
    expect(call.stderr.text).toContain('"words" was not expected');
  });
});
