import { EventEmitter } from 'node:events';
import type { Socket } from 'node:dgram';
import type { NetworkInterfaceInfo } from 'node:os';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { Link, SystemInterfaces } from '../../base/links.ts';
import { readQuestions, readRecords, serviceName } from './service.ts';
import { mdnsTransport } from './transport.ts';
import type { Transport } from './transport.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A UDP socket that does what a test says. */
class FakeSocket extends EventEmitter {
  readonly family: string;
  readonly sent: Buffer[] = [];
  readonly calls: string[] = [];
  bindFault: Error | undefined;
  sendFault: Error | undefined;
  isClosed = false;

  constructor(family: string) {
    super();
    this.family = family;
  }

  bind(port: number, address: string, done: () => void): void {
    this.calls.push(`bind ${address} ${port}`);
    queueMicrotask(() => {
      if (this.bindFault !== undefined) return void this.emit('error', this.bindFault);
      this.emit('listening');
      done();
    });
  }

  address() {
    return { port: 5353 };
  }

  addMembership(group: string, address: string): void {
    this.calls.push(`join ${group} ${address}`);
  }

  setMulticastInterface(address: string): void {
    this.calls.push(`out ${address}`);
  }

  setMulticastTTL(): void {
    throw new Error('not permitted');
  }

  setMulticastLoopback(): void {}

  dropMembership(): void {
    throw new Error('gone');
  }

  send(
    message: Buffer,
    _offset: number,
    _length: number,
    _port: number,
    _address: string,
    done: (error: Error | null) => void,
  ): void {
    this.sent.push(message);
    done(this.sendFault ?? null);
  }

  close(done: () => void): void {
    if (this.isClosed) throw new Error('Not running');
    this.isClosed = true;
    done();
  }
}

const info = (address: string, cidr: string): NetworkInterfaceInfo =>
  address.includes(':')
    ? { address, cidr, internal: false, family: 'IPv6', netmask: '', mac: '', scopeid: 2 }
    : { address, cidr, internal: false, family: 'IPv4', netmask: '', mac: '' };

const eth0 = [info('192.168.1.5', '192.168.1.5/24'), info('fe80::5', 'fe80::5/64')];
const wlan0 = [info('192.168.2.5', '192.168.2.5/24')];

interface Rig {
  readonly transport: Transport;
  readonly sockets: FakeSocket[];
  readonly opened: string[];
  readonly closed: string[];
  readonly troubles: HexdropError[];
  readonly heard: { readonly packet: unknown; readonly link: Link }[];
  interfaces: SystemInterfaces;
  prepare: (socket: FakeSocket) => void;
  /** Lets the next look at the interfaces happen. */
  scan(): Promise<unknown>;
}

const rig = async (interfaces: SystemInterfaces, prepare: Rig['prepare'] = () => {}): Promise<Rig> => {
  const sockets: FakeSocket[] = [];
  const parts = { opened: [] as string[], closed: [] as string[], troubles: [] as HexdropError[] };
  const heard: { packet: unknown; link: Link }[] = [];
  const made: { interfaces: SystemInterfaces; prepare: Rig['prepare'] } = { interfaces, prepare };
  const open = mdnsTransport({
    platform: 'linux',
    interfaces: () => made.interfaces,
    makeSocket: (family) => {
      const socket = new FakeSocket(family);
      made.prepare(socket);
      sockets.push(socket);
      return socket as unknown as Socket;
    },
  });
  const transport = open({
    heard: (packet, link) => heard.push({ packet, link }),
    opened: ({ name }) => parts.opened.push(name),
    closed: ({ name }) => parts.closed.push(name),
    trouble: (error) => parts.troubles.push(error),
  });
  const scan = (): Promise<unknown> => vi.advanceTimersByTimeAsync(2_000);
  await vi.advanceTimersByTimeAsync(1);
  return Object.assign(made, { transport, sockets, heard, scan, ...parts });
};

/** A question for the service, as bytes. */
const question = Buffer.from(
  '000000000001000000000000085f68657864726f70045f746370056c6f63616c00000c0001',
  'hex',
);

describe('a socket', () => {
  it('is opened for each interface and family, joined and sent from by that interface', async () => {
    const { sockets, opened } = await rig({ eth0, wlan0 });
    expect(sockets.map(({ family, calls }) => [family, ...calls])).toEqual([
      ['IPv4', 'bind 224.0.0.251 5353', 'join 224.0.0.251 192.168.1.5', 'out 192.168.1.5'],
      ['IPv6', 'bind ff02::fb%eth0 5353', 'join ff02::fb ::%eth0', 'out ::%eth0'],
      ['IPv4', 'bind 224.0.0.251 5353', 'join 224.0.0.251 192.168.2.5', 'out 192.168.2.5'],
    ]);
    expect(opened).toEqual(['eth0', 'wlan0']);
  });

  it('is opened when an interface comes, and closed when it goes or has another address', async () => {
    const made = await rig({ eth0 });
    made.interfaces = { eth0, wlan0 };
    await made.scan();
    expect(made.opened).toEqual(['eth0', 'wlan0']);
    made.interfaces = { eth0: [info('192.168.1.6', '192.168.1.6/24')] };
    await made.scan();
    expect(made.closed).toEqual(['eth0', 'wlan0']);
    expect(made.opened).toEqual(['eth0', 'wlan0', 'eth0']);
    expect(made.sockets.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false]);
  });

  it('is closed with the transport, whatever state it is in', async () => {
    const made = await rig({ eth0 });
    made.sockets[0]?.close(() => {});
    await made.transport.close();
    await made.transport.close();
    expect(made.sockets.every(({ isClosed }) => isClosed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('trouble', () => {
  it('is told when there is no network, once, and again when it is gone again', async () => {
    const made = await rig({});
    await made.scan();
    expect(made.troubles.map(({ code }) => code)).toEqual(['discovery-failed']);
    made.interfaces = { eth0 };
    await made.scan();
    made.interfaces = {};
    await made.scan();
    expect(made.troubles).toHaveLength(2);
  });

  it.each(['EADDRINUSE', 'EACCES', 'EPERM'])('is told when the port cannot be had: %s', async (code) => {
    const fault = Object.assign(new Error(code), { code, syscall: 'bind' });
    const made = await rig({ wlan0 }, (socket) => (socket.bindFault = fault));
    await made.scan();
    expect(made.troubles.map(({ message }) => message)).toEqual([
      `Multicast over IPv4 does not work on wlan0 (${code}).`,
    ]);
    expect(made.opened).toEqual([]);
    made.prepare = () => {};
    await made.scan();
    expect(made.opened).toEqual(['wlan0']);
  });

  it('is told when a socket cannot be made at all', async () => {
    const made = await rig({ wlan0 }, () => {
      throw Object.assign(new Error('no'), { code: 'EAFNOSUPPORT' });
    });
    expect(made.troubles[0]?.message).toContain('(EAFNOSUPPORT)');
  });

  it.each(['ENETUNREACH', 'EPERM'])(
    'is told once when nothing leaves, and over when it does: %s',
    async (code) => {
      const made = await rig({ wlan0 });
      const [socket] = made.sockets;
      const [link] = made.transport.links;
      if (socket === undefined || link === undefined) throw new Error('no link');
      socket.sendFault = Object.assign(new Error(code), { code });
      const say = (): Promise<boolean> => made.transport.say(link, { type: 'query', questions: [] });
      expect([await say(), await say()]).toEqual([false, false]);
      expect(made.troubles).toHaveLength(1);
      socket.sendFault = undefined;
      expect(await say()).toBe(true);
    },
  );

  it('of the system telling its interfaces is no crash', async () => {
    const open = mdnsTransport({
      interfaces: () => {
        throw new Error('uv_interface_addresses');
      },
    });
    const troubles: HexdropError[] = [];
    open({ heard: () => {}, opened: () => {}, closed: () => {}, trouble: (error) => troubles.push(error) });
    await vi.advanceTimersByTimeAsync(1);
    expect(troubles[0]?.code).toBe('discovery-failed');
  });

  it('on a link that is gone is none', async () => {
    const made = await rig({ wlan0 });
    const [link] = made.transport.links;
    made.interfaces = { eth0 };
    await made.scan();
    if (link !== undefined) expect(await made.transport.say(link, { type: 'query' })).toBe(false);
  });
});

describe('a packet', () => {
  it('is heard with the link that it came over', async () => {
    const made = await rig({ eth0, wlan0 });
    // Systems give what comes over one interface to the sockets of the others as well.
    for (const socket of made.sockets) {
      socket.emit('message', question, { address: '192.168.2.77', port: 5353 });
    }
    expect(made.heard.filter(({ link }) => link.name === 'wlan0')).toHaveLength(1);
    expect(made.heard.filter(({ link }) => link.name === 'eth0')).toHaveLength(0);
    expect(readQuestions(made.heard[0]?.packet, 60).questions).toEqual([{ name: serviceName, type: 'PTR' }]);
  });

  it.each([
    ['fe80::9%eth0', 1],
    ['fe80::9%wlan0', 0],
    ['172.16.0.9', 1],
  ])('from %s is heard on eth0 %i times by each socket of it', async (address, times) => {
    const made = await rig({ eth0, wlan0 });
    made.sockets[0]?.emit('message', question, { address, port: 5353 });
    expect(made.heard).toHaveLength(times);
  });

  it('is no matter when it cannot be read', async () => {
    const made = await rig({ wlan0 });
    const [socket] = made.sockets;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        socket?.emit('message', Buffer.from(bytes), { address: '192.168.2.9', port: 5353 });
        vi.advanceTimersByTime(20);
      }),
      { numRuns: 2_000 },
    );
    expect(made.troubles).toEqual([]);
  });

  it('is no matter when it was ours and a few bytes were changed', async () => {
    const made = await rig({ wlan0 });
    const [socket] = made.sockets;
    const [link] = made.transport.links;
    if (socket === undefined || link === undefined) throw new Error('no link');
    await made.transport.say(link, {
      type: 'response',
      answers: [
        { type: 'PTR', name: serviceName, ttl: 60, data: `x.${serviceName}` },
        { type: 'SRV', name: `x.${serviceName}`, ttl: 60, data: { port: 7, target: 'h.local' } },
        { type: 'TXT', name: `x.${serviceName}`, ttl: 60, data: ['id=1', 'alias=x'] },
        { type: 'A', name: 'h.local', ttl: 60, data: '10.0.0.1' },
        { type: 'AAAA', name: 'h.local', ttl: 60, data: 'fe80::1' },
      ],
    });
    const [bytes] = socket.sent;
    if (bytes === undefined) throw new Error('nothing sent');
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const changed = Buffer.from(bytes.subarray(0, length));
          for (const [place, byte] of changes) if (place < length) changed[place] = byte;
          const before = made.heard.length;
          socket.emit('message', changed, { address: '192.168.2.9', port: 5353 });
          vi.advanceTimersByTime(20);
          for (const { packet } of made.heard.slice(before)) {
            expect(readRecords(packet).length).toBeLessThanOrEqual(512);
          }
        },
      ),
      { numRuns: 3_000 },
    );
    expect(made.heard.length).toBeGreaterThan(0);
    expect(made.troubles).toEqual([]);
  });

  it('that is one of a flood is dropped', async () => {
    const made = await rig({ wlan0 });
    for (let count = 0; count < 5_000; count += 1) {
      made.sockets[0]?.emit('message', question, { address: '192.168.2.9', port: 5353 });
    }
    expect(made.heard).toHaveLength(300);
    await vi.advanceTimersByTimeAsync(1_000);
    made.sockets[0]?.emit('message', question, { address: '192.168.2.9', port: 5353 });
    expect(made.heard).toHaveLength(301);
  });
});
