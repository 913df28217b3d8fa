import { describe, expect, it, vi } from 'vitest';

import { createClient } from '../../../shared/ipc/client.ts';
import { parseFilter } from '../../../shared/protocol/filter/parse.ts';
import { captureAnswers, statusOf } from '../../testing/capture-fixture.ts';
import { busyCapture } from '../../testing/capture-session.ts';
import { type Answers, fakeHost } from '../../testing/fake-host.ts';
import { snapshot } from '../../testing/fixture.ts';
import { CaptureFeed } from './feed.ts';

const script = busyCapture();

const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000 });

const followed = async (answers: Answers) => {
  const host = fakeHost(snapshot, answers);
  const client = createClient({ connect: () => host.connect() });
  await soon(() => expect(client.state).toBe('open'));
  const feed = new CaptureFeed(client, 'live');
  feed.start();
  return { host, feed, client };
};

describe('a feed', () => {
  it('knows whose lane a connection is before it judges its rows', async () => {
    const { feed } = await followed(captureAnswers(script));
    await soon(() => expect(feed.rows.count).toBe(script.records.length));
    await soon(() =>
      expect(feed.notes.list.map(({ kind }) => kind)).toEqual([
        'resumed',
        'slow-ack',
        'error',
        'reset',
        'no-bye',
        'refused',
      ]),
    );
    feed.stop();
  });

  it('starts anew when the capture was emptied', async () => {
    const full = captureAnswers(script);
    const emptied = { ...statusOf(script), captured: 0, firstRecord: 46, nextRecord: 46 };
    let isEmptied = false;
    const { feed } = await followed({
      ...full,
      'capture.records': async (args, bytes) => {
        if (isEmptied) return { next: 46, status: emptied, bytes: new Uint8Array(0) };
        if (args.from === 0 && full['capture.records'] !== undefined)
          return full['capture.records'](args, bytes);
        await soon(() => expect(isEmptied).toBe(true));
        return { next: 46, status: emptied, bytes: new Uint8Array(0) };
      },
    });
    await soon(() => expect(feed.rows.count).toBe(45));
    isEmptied = true;
    await soon(() => expect([feed.rows.count, feed.notes.list.length]).toEqual([0, 0]));
    feed.stop();
  });

  it('goes on by itself after the link was lost', async () => {
    const { feed, host, client } = await followed(captureAnswers(script));
    await soon(() => expect(feed.rows.count).toBe(45));
    host.breakLink();
    await soon(() => expect(feed.fault).toBe('link-lost'));
    await soon(() => expect(client.state).toBe('open'));
    const asked = (): number => host.calls.filter(({ name }) => name === 'capture.records').length;
    const before = asked();
    await soon(() => expect(asked()).toBeGreaterThan(before));
    expect(feed.rows.count).toBe(45);
    feed.stop();
  });

  it('shows by position what a filter lets through, and everything again without one', async () => {
    const { feed } = await followed(captureAnswers(script));
    await soon(() => expect(feed.rows.count).toBe(45));
    const parsed = parseFilter('peer contains "studio" && !kind == frame');
    feed.setFilter(parsed.ok ? parsed.filter : undefined);
    await soon(() => expect(feed.isJudged && feed.shown > 0).toBe(true));
    const number = feed.numberAt(0) ?? 0;
    expect(feed.positionOf(number)).toBe(0);
    expect(feed.rows.find(number)?.kind).toBe('event');
    feed.setFilter(undefined);
    expect(feed.shown).toBe(45);
    feed.stop();
  });
});
