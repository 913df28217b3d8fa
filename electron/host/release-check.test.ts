import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { HexdropError } from '../../shared/errors/errors.ts';
import { latestRelease, Releases, usualPlace } from './release-check.ts';

interface Place {
  readonly url: string;
  /** All that was sent, request by request. */
  readonly heard: string[];
}

/** A server of one's own, that sees every byte of a request. */
const placeThat = async (answer: (socket: Socket) => void): Promise<Place> => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      if (!text.endsWith('\r\n\r\n')) return;
      heard.push(text);
      answer(socket);
    });
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`, heard };
};

const withBody =
  (body: string, status = '200 OK') =>
  (socket: Socket): void =>
    void socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const withTag = (tag: unknown) =>
  withBody(JSON.stringify({ tag_name: tag, html_url: 'https://evil.example/' }));

const refusal = async (from: string, timeoutMs = 5_000): Promise<string> => {
  try {
    await latestRelease({ version: '0.1.0', from, timeoutMs });
  } catch (thrown) {
    if (thrown instanceof HexdropError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return 'an answer';
};

describe('asking for the latest version', () => {
  it('sends the word hexdrop and nothing of this device, once', async () => {
    const { url, heard } = await placeThat(withTag('v0.2.0'));
    await latestRelease({ version: '0.1.0', from: url });
    expect(heard).toHaveLength(1);
    const [line, ...headers] = heard[0]?.trimEnd().split('\r\n') ?? [];
    expect(line).toBe('GET /latest HTTP/1.1');
    expect(headers.map((header) => header.toLowerCase()).toSorted()).toEqual([
      'accept: application/vnd.github+json',
      'connection: close',
      `host: ${new URL(url).host}`,
      'user-agent: hexdrop',
    ]);
  });

  it('asks GitHub over https, unless it is told another place', () => {
    expect(usualPlace).toBe('https://api.github.com/repos/hexdrop/hexdrop/releases/latest');
  });

  it.each([
    ['0.1.0', 'v0.1.1', true],
    ['0.1.0', '0.2.0', true],
    ['0.9.0', 'v0.10.0', true],
    ['1.0.0', 'v0.99.99', false],
    ['0.1.0', 'v0.1.0', false],
    ['0.2.0', 'v0.1.9', false],
    ['1.0.0-beta.1', 'v1.0.0', true],
  ])('%s is told of %s: %s', async (version, tag, isNewer) => {
    const { url } = await placeThat(withTag(tag));
    const latest = tag.replace('v', '');
    // The address is our own, whatever the answer says.
    expect(await latestRelease({ version, from: url })).toEqual({
      version: latest,
      url: `https://github.com/hexdrop/hexdrop/releases/tag/v${latest}`,
      isNewer,
    });
  });

  it.each([
    ['is no JSON', withBody('<html>')],
    ['is null', withBody('null')],
    ['has no tag', withBody('{}')],
    ['has a tag that is no version', withTag('latest\u001B[2J')],
    ['has a tag of another kind', withTag(7)],
    ['is none', withBody('', '404 Not Found')],
    ['points elsewhere', withBody('', '302 Found\r\nLocation: http://127.0.0.1:1/')],
    [
      'breaks off',
      (socket: Socket): void => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'),
    ],
    ['is no HTTP', (socket: Socket): void => void socket.end('HXD1')],
  ] as const)('an answer that %s is told as none', async (_form, answer) => {
    const { url } = await placeThat(answer);
    expect(await refusal(url)).toMatch(
      /^unreachable: Whether there is a newer version could not be found out/,
    );
  });

  it('reads no answer without end', async () => {
    const { url } = await placeThat((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write('x'.repeat(65_536)));
      };
      socket.on('drain', more);
      more();
    });
    expect(await refusal(url)).toContain('answers without end');
  });

  it('waits no longer than it may', async () => {
    const { url } = await placeThat(() => {});
    expect(await refusal(url, 100)).toContain('no answer came in time');
  });

  it.each(['http://example.com/', 'ftp://x/', 'file:///etc/passwd', 'nowhere', ''])(
    'refuses to ask at %j',
    async (from) => {
      expect(await refusal(from)).toMatch(/^usage: /);
    },
  );
});

describe('windows that ask', () => {
  const release = { version: '0.2.0', url: '', isNewer: true };

  it('get the answer of the day, and a new one on the next', async () => {
    let nowMs = 1_000;
    let times = 0;
    const releases = new Releases(
      async () => {
        times += 1;
        return release;
      },
      () => nowMs,
    );
    await Promise.all([releases.latest(), releases.latest()]);
    nowMs += 23 * 60 * 60_000;
    expect(await releases.latest()).toEqual(release);
    expect(times).toBe(1);
    nowMs += 2 * 60 * 60_000;
    await releases.latest();
    expect(times).toBe(2);
  });

  it('ask again after nobody answered', async () => {
    let times = 0;
    const releases = new Releases(async () => {
      times += 1;
      if (times === 1) throw new HexdropError('unreachable');
      return release;
    });
    await expect(releases.latest()).rejects.toMatchObject({ code: 'unreachable' });
    expect(await releases.latest()).toEqual(release);
  });
});
