/** What a student's file server has to stand: each check on connections of its own, in the order of the lesson. */

import { randomBytes } from 'node:crypto';

import type { Endpoint } from '../../../../shared/model/peer.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { CourseClient, frameOf, ServerFault } from './course-client.ts';

interface Scene {
  /** A new connection; closed behind the check. @throws ServerFault where the server takes none any more */
  readonly open: () => Promise<CourseClient>;
  /** A name that nothing on the server has. */
  readonly name: (ending: string) => string;
}

interface Check {
  readonly name: CheckName;
  readonly run: (scene: Scene) => Promise<void>;
}

export type CheckName =
  | 'put-and-get'
  | 'list'
  | 'missing'
  | 'empty-file'
  | 'chinese-name'
  | 'sticky'
  | 'byte-by-byte'
  | 'two-clients'
  | 'client-goes-away'
  | 'length-of-4-gib'
  | 'path-outside'
  | 'quit';

export interface CheckResult {
  readonly check: CheckName;
  readonly passed: boolean;
  /** What was seen, in a sentence, where it did not pass. */
  readonly fault?: string;
}

const put = (name: string, content: Uint8Array | string): Buffer =>
  Buffer.concat([frameOf(`PUT ${name}`), frameOf(content)]);

const requireSame = (got: Buffer, sent: Uint8Array): void => {
  if (Buffer.compare(got, sent) === 0) return;
  throw new ServerFault(
    got.length === sent.length
      ? 'The file came back with other bytes. Is content handled as text somewhere?'
      : `The file came back with ${got.length} bytes; ${sent.length} were sent.`,
  );
};

const roundTrip = async (client: CourseClient, name: string, content: Uint8Array): Promise<void> => {
  client.write(put(name, content));
  await client.readOk('The answer to PUT');
  client.write(frameOf(`GET ${name}`));
  await client.readOk('The answer to GET');
  requireSame(await client.readBody('The content'), content);
};

const everyByte = (): Uint8Array => Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);

const checks: readonly Check[] = [
  {
    name: 'put-and-get',
    run: async ({ open, name }) => roundTrip(await open(), name('bin'), everyByte()),
  },
  {
    name: 'list',
    run: async ({ open, name }) => {
      const client = await open();
      const own = name('txt');
      client.write(put(own, 'listed'));
      await client.readOk('The answer to PUT');
      client.write(frameOf('LIST'));
      await client.readOk('The answer to LIST');
      const names = (await client.readBody('The list')).toString('utf8').split('\n');
      if (!names.includes(own)) throw new ServerFault(`The list does not have "${own}", which was just put.`);
    },
  },
  {
    name: 'missing',
    run: async ({ open, name }) => {
      const client = await open();
      client.write(frameOf(`GET ${name('none')}`));
      await client.readErr('The answer to GET of a file that is not there');
      await roundTrip(client, name('after'), Buffer.from('still here'));
    },
  },
  {
    name: 'empty-file',
    run: async ({ open, name }) => roundTrip(await open(), name('empty'), new Uint8Array(0)),
  },
  {
    name: 'chinese-name',
    run: async ({ open, name }) => roundTrip(await open(), name('粘包.txt'), Buffer.from('半包')),
  },
  {
    name: 'sticky',
    run: async ({ open, name }) => {
      const client = await open();
      const [one, other] = [name('1'), name('2')];
      client.write(
        Buffer.concat([
          put(one, 'first'),
          put(other, 'second'),
          frameOf(`GET ${one}`),
          frameOf(`GET ${other}`),
        ]),
      );
      await client.readOk('The answer to the first PUT');
      await client.readOk('The answer to the second PUT, which came in the same write');
      for (const content of ['first', 'second']) {
        await client.readOk('The answer to GET');
        requireSame(await client.readBody('The content'), Buffer.from(content));
      }
    },
  },
  {
    name: 'byte-by-byte',
    run: async ({ open, name }) => {
      const client = await open();
      const own = name('slow');
      await client.writeByteByByte(put(own, 'one byte at a time: 一个字节'));
      await client.readOk('The answer to PUT, sent one byte at a time');
      await client.writeByteByByte(frameOf(`GET ${own}`));
      await client.readOk('The answer to GET, sent one byte at a time');
      requireSame(await client.readBody('The content'), Buffer.from('one byte at a time: 一个字节'));
    },
  },
  {
    name: 'two-clients',
    run: async ({ open, name }) => {
      const [slow, quick] = [await open(), await open()];
      const bytes = put(name('half'), 'both halves');
      slow.write(bytes.subarray(0, 7));
      await roundTrip(quick, name('quick'), Buffer.from('served meanwhile'));
      slow.write(bytes.subarray(7));
      await slow.readOk('The answer to the client that was slow');
    },
  },
  {
    name: 'client-goes-away',
    run: async ({ open, name }) => {
      const gone = await open();
      gone.write(put(name('gone'), new Uint8Array(1_000)).subarray(0, 60));
      const asked = await open();
      await roundTrip(asked, name('big'), everyByte());
      asked.write(frameOf(`GET ${name('big')}`));
      gone.socket.resetAndDestroy();
      asked.socket.resetAndDestroy();
      await roundTrip(await open(), name('back'), Buffer.from('the server is still there'));
    },
  },
  {
    name: 'length-of-4-gib',
    run: async ({ open, name }) => {
      const client = await open();
      client.write(Buffer.from([0xff, 0xff, 0xff, 0xff, ...Buffer.from('PUT ')]));
      if ((await client.speaks()) === 'silent')
        throw new ServerFault(
          'A frame that claims 4,294,967,295 bytes is waited for. Refuse a length above the limit at once: answer ERR, or end the connection.',
        );
      await roundTrip(await open(), name('sane'), Buffer.from('others are served'));
    },
  },
  {
    name: 'path-outside',
    run: async ({ open, name }) => {
      const own = name('inside');
      const client = await open();
      client.write(put(own, 'inside'));
      await client.readOk('The answer to PUT');
      for (const path of [
        `./${own}`,
        '../../../../../../../../../../etc/hosts',
        '/etc/hosts',
        '..\\..\\..\\..\\..\\..\\Windows\\System32\\drivers\\etc\\hosts',
      ]) {
        const visitor = await open();
        visitor.write(frameOf(`GET ${path}`));
        await visitor.readErr(`The answer to GET of the path "${path}", which is no name of a file,`);
      }
    },
  },
  {
    name: 'quit',
    run: async ({ open }) => {
      const client = await open();
      client.write(frameOf('QUIT'));
      await client.readOk('The answer to QUIT');
      if (!(await client.ends())) throw new ServerFault('The server did not end the connection after QUIT.');
    },
  },
];

/**
 * Runs every check, one after the other, and tells each result when it is there. Leaves small files on the server, whose names
 * begin with "hexdrop-check-": the protocol has no way to remove them.
 * @throws HexdropError when nothing answers there at the start, and when the signal is aborted
 */
export async function checkFileServer(
  endpoint: Endpoint,
  signal: AbortSignal,
  onResult: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  (await CourseClient.connect(endpoint, signal)).close();
  const results: CheckResult[] = [];
  const run = randomBytes(4).toString('hex');
  for (const { name, run: check } of checks) {
    const opened: CourseClient[] = [];
    const scene: Scene = {
      open: async () => {
        const client = await CourseClient.connect(endpoint, signal).catch((thrown: unknown) => {
          if (!(thrown instanceof HexdropError)) throw thrown;
          throw new ServerFault(`The server takes no new connection any more: ${thrown.message}`);
        });
        opened.push(client);
        return client;
      },
      name: (ending) => `hexdrop-check-${run}-${name}-${ending}`,
    };
    const breakOff = (): void => opened.forEach((client) => client.close());
    signal.addEventListener('abort', breakOff, { once: true });
    try {
      await check(scene);
      results.push({ check: name, passed: true });
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof ServerFault)) throw thrown;
      results.push({ check: name, passed: false, fault: thrown.message });
    } finally {
      signal.removeEventListener('abort', breakOff);
      breakOff();
    }
    onResult(results.at(-1) as CheckResult);
  }
  return results;
}
