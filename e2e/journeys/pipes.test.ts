// What comes from a pipe and not from a file: texts and content.

import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import type { Device } from '../support/world.ts';

const world = useWorld();

/** Runs a command with this on its standard input. */
function runWith(device: Device, input: string | Uint8Array, args: readonly string[]): Promise<Ended> {
  const program = device.start(args);
  program.type(input);
  program.closeInput();
  return program.end();
}

describe('a text', () => {
  test('of several lines is printed by the receiver, line by line, and carried whole by its JSON', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const text = '漢字 "quoted"\n  and $HOME\n\nthe end\u001b[31m';
    const sent = await runWith(world.device('sender'), `${text}\n`, ['text', receiver.address]);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'text-sent')).toMatchObject({ characters: Array.from(text).length });
    const heard = await receiver.program.event('text');
    expect(heard['text']).toBe(text);
    await receiver.program.says(/^> the end\\u\{001b\}\[31m$/m);
    expect(receiver.program.stderr).toContain('> 漢字 "quoted"\n>   and $HOME\n> \n');
  });

  test('from an argument is sent as it stands', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    const sent = await world.device('sender').run(['text', receiver.address, 'a; b & "c"']);
    expectExit(sent, 0);
    expect((await receiver.program.event('text'))['text']).toBe('a; b & "c"');
  });

  test('that is too long, empty or no text is refused before it is sent', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    for (const input of ['', '\n', 'x'.repeat(60_001), Uint8Array.of(0xff, 0xfe, 0x00)]) {
      expectExit(await runWith(world.device('sender'), input, ['text', receiver.address]), 2);
    }
    expect(eventsOf(receiver.program, 'text')).toEqual([]);
  });

  test('is declined by a device that only shares', async () => {
    const sharer = await world.device('sharer').share(world.folder('share'));
    const sent = await world.device('sender').run(['text', sharer.address, 'words']);
    expectExit(sent, 3);
    expect(lastEvent(sent, 'error').code).toBe('not-receiving');
  });
});
