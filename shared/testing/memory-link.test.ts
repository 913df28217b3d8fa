import { describe, expect, it } from 'vitest';

import type { LinkMessage } from '../ipc/link.ts';
import { memoryLinkPair } from './memory-link.ts';

const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('a link in memory', () => {
  it('keeps what came before there was a listener, in order, and carries copies', async () => {
    const [one, other] = memoryLinkPair();
    const json = { list: [1] };
    const bytes = new Uint8Array([1, 2]);
    one.send({ json, bytes });
    one.send({ json: 2 });
    json.list.push(9);
    bytes[0] = 9;
    await settled();
    const heard: LinkMessage[] = [];
    other.onMessage((message) => heard.push(message));
    expect(heard).toEqual([{ json: { list: [1] }, bytes: new Uint8Array([1, 2]) }, { json: 2 }]);
  });

  it('answers a send never before it has returned', async () => {
    const [one, other] = memoryLinkPair();
    const order: string[] = [];
    other.onMessage(() => order.push('heard'));
    one.send({ json: 1 });
    order.push('sent');
    await settled();
    expect(order).toEqual(['sent', 'heard']);
  });

  it('tells its end to both sides once, also to who asks late, and carries nothing after it', async () => {
    const [one, other] = memoryLinkPair();
    const ends: string[] = [];
    const heard: unknown[] = [];
    one.onClose((reason) => ends.push(`one: ${reason}`));
    other.onMessage(({ json }) => heard.push(json));
    one.close();
    one.close();
    one.send({ json: 'late' });
    await settled();
    other.onClose((reason) => ends.push(`other: ${reason}`));
    await settled();
    expect(ends).toEqual(['one: closed here', 'other: closed there']);
    expect(heard).toEqual([]);
  });
});
