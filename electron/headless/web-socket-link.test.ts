import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { decodeLinkMessage, encodeLinkMessage } from '../../shared/ipc/binary-codec.ts';
import type { LinkMessage, MessageLink } from '../../shared/ipc/link.ts';
import { Rig } from './testing/ui-server.ts';

let rig: Rig;

afterEach(() => rig.close());

const open = async (
  options: Parameters<typeof Rig.start>[0] = {},
): Promise<{ page: WebSocket; link: MessageLink }> => {
  rig = await Rig.start(options);
  const page = await rig.openWindow(await rig.enter());
  const [window] = rig.windows;
  if (!(page instanceof WebSocket) || window === undefined) throw new Error('no window');
  return { page, link: window.link };
};

const next = (link: MessageLink): Promise<LinkMessage> => new Promise((resolve) => link.onMessage(resolve));
const closed = (link: MessageLink): Promise<string> => new Promise((resolve) => link.onClose(resolve));

describe('the link over a WebSocket', () => {
  it('carries messages with and without bytes, in both directions', async () => {
    const { page, link } = await open();
    const heard = next(link);
    page.send(encodeLinkMessage({ json: { a: '码' }, bytes: new Uint8Array([0, 255]) }));
    const message = await heard;
    expect(message.json).toEqual({ a: '码' });
    expect([...(message.bytes ?? [])]).toEqual([0, 255]);

    link.send({ json: [1] });
    const [text, isText] = (await once(page, 'message')) as [Buffer, boolean];
    expect([decodeLinkMessage(text.toString()), isText]).toEqual([{ json: [1] }, false]);
    link.send({ json: [2], bytes: new Uint8Array([7]) });
    const [binary, isBinary] = (await once(page, 'message')) as [Buffer, boolean];
    expect(isBinary).toBe(true);
    expect([...(decodeLinkMessage(binary).bytes ?? [])]).toEqual([7]);
  });

  it('keeps what came before somebody listened', async () => {
    const { page, link } = await open();
    page.send('1');
    page.ping();
    await once(page, 'pong');
    const heard: unknown[] = [];
    link.onMessage(({ json }) => heard.push(json));
    expect(heard).toEqual([1]);
  });

  it.each([
    ['no JSON', '{'],
    ['a length that is not there', new Uint8Array([0, 0, 1, 0, 123])],
    ['no length', new Uint8Array([1])],
  ])('ends with a page that says %s', async (_what, message) => {
    const { page, link } = await open();
    const heard: unknown[] = [];
    link.onMessage((each) => heard.push(each));
    page.send(message);
    const [code] = (await once(page, 'close')) as [number];
    expect(code).toBe(1007);
    expect(await closed(link)).not.toBe('');
    expect(heard).toEqual([]);
  });

  it('ends with a page that says more than is allowed, before it has taken it', async () => {
    const { page, link } = await open({ limits: { messageBytes: 1_000 } });
    page.on('error', () => undefined);
    page.send(JSON.stringify('x'.repeat(2_000)));
    const [code] = (await once(page, 'close')) as [number];
    expect(code).toBe(1009);
    expect(await closed(link)).toMatch(/exceeded/i);
  });

  it('lets a page go that takes nothing of what it is told', async () => {
    const { page, link } = await open({ limits: { queuedBytes: 100_000 } });
    page.pause();
    const end = closed(link);
    for (let sent = 0; sent < 200 && link.queuedBytes <= 100_000; sent += 1) {
      link.send({ json: 'x'.repeat(1_000_000) });
    }
    expect(await end).toMatch(/does not take/);
  });

  it('notices a page that is gone without a word', async () => {
    const { page, link } = await open({ limits: { pingMs: 20 } });
    page.pause();
    expect(await closed(link)).toMatch(/does not answer/);
  });

  it('stays as long as the page answers', async () => {
    const { page, link } = await open({ limits: { pingMs: 10 } });
    let isClosed = false;
    link.onClose(() => {
      isClosed = true;
    });
    for (let pings = 0; pings < 5; pings += 1) await once(page, 'ping');
    expect(isClosed).toBe(false);
  });

  it('tells its end to both sides, and to those who ask later', async () => {
    const { page, link } = await open();
    link.close();
    const [code] = (await once(page, 'close')) as [number];
    expect(code).toBe(1001);
    expect(await closed(link)).toBe('closed here');
    expect(await closed(link)).toBe('closed here');
    link.send({ json: 1 });
  });
});
