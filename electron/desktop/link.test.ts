import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkMessage } from '../../shared/ipc/link.ts';
import { PortLink } from './link.ts';
import { mainPort } from './testing/main-port.ts';

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

const pair = (): { link: PortLink; page: MessagePort } => {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return { link: new PortLink(mainPort(port1)), page: port2 };
};
const next = (port: MessagePort): Promise<LinkMessage> =>
  new Promise((resolve) => port.once('message', resolve));
const nextOf = (link: PortLink): Promise<LinkMessage> => new Promise((resolve) => link.onMessage(resolve));
const closed = (link: PortLink): Promise<string> => new Promise((resolve) => link.onClose(resolve));

describe('the link over a port', () => {
  it('keeps messages until somebody listens', async () => {
    const { link, page } = pair();
    page.postMessage({ json: 1 });
    expect(await nextOf(link)).toEqual({ json: 1 });
  });

  it('carries bytes in both directions', async () => {
    const { link, page } = pair();
    page.postMessage({ json: 'up', bytes: new Uint8Array([1, 2]) });
    expect(await nextOf(link)).toEqual({ json: 'up', bytes: new Uint8Array([1, 2]) });
    link.send({ json: 'down', bytes: new Uint8Array([3]) });
    expect(await next(page)).toEqual({ json: 'down', bytes: new Uint8Array([3]) });
  });

  it('sends of a larger buffer only what is meant, and leaves the buffer to its owner', async () => {
    const { link, page } = pair();
    const pool = Buffer.from('the secret beside');
    link.send({ json: 0, bytes: pool.subarray(4, 10) });
    const { bytes } = await next(page);
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe('secret');
    expect(bytes?.buffer.byteLength).toBe(6);
    expect(pool.toString()).toBe('the secret beside');
  });

  it.each([['text'], [null], [{}], [{ json: 1, bytes: 'text' }], [{ json: 1, bytes: [1] }]])(
    'ends when %j comes',
    async (message) => {
      const { link, page } = pair();
      const heard: unknown[] = [];
      link.onMessage((one) => heard.push(one));
      page.postMessage(message);
      expect(await closed(link)).toBe('a message that has no form');
      expect(heard).toEqual([]);
    },
  );

  it('says goodbye when it closes, and ends when it is told so', async () => {
    const { link, page } = pair();
    const goodbye = next(page);
    link.end('a reason');
    expect(await goodbye).toEqual({ goodbye: 'a reason' });

    const other = pair();
    other.link.onMessage(() => undefined);
    other.page.postMessage({ goodbye: 'whatever' });
    expect(await closed(other.link)).toBe('closed there');
  });

  it('tells its end once, also to those who ask late', async () => {
    const { link, page } = pair();
    const reasons: string[] = [];
    link.onClose((reason) => reasons.push(reason));
    link.onMessage(() => undefined);
    page.close();
    await expect.poll(() => reasons).toEqual(['closed there']);
    link.close();
    link.send({ json: 1 });
    expect(await closed(link)).toBe('closed there');
    expect(reasons).toEqual(['closed there']);
  });
});
