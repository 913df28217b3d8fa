/**
 * What happens in the recorded sessions. Ada dials, Bob listens. Each course has the same frames whenever it is played,
 * so nothing in it depends on how quick anybody is.
 */

import { createCipheriv } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';

import type { Engine, EngineEvent, TransferHandle } from '../../../electron/engine/api.ts';
import { messageOf } from '../../../shared/protocol/catalog.ts';
import type { Endpoint } from '../../../shared/model/peer.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import type { SessionName, Who } from './sessions.ts';

export interface Stage {
  /** Makes a folder, or names the one that it made. */
  folder(name: string): string;
  /** Whether the sessions are plain. */
  readonly plain: boolean;
  /** Where Bob is to listen. */
  readonly to: Endpoint;
  /** With the same key and memory each time. */
  startAda(): Promise<Engine>;
  startBob(): Promise<Engine>;
}

export interface Course {
  readonly name: SessionName;
  readonly title: string;
  readonly about: string;
  readonly isEncrypted?: boolean;
  /** Whose capture tells the frames: Ada's, if absent. */
  readonly toldBy?: Who;
  /** Sets the stage; what it returns is recorded, up to the end of both engines. Resolves to the one who tells. */
  prepare(stage: Stage): Promise<() => Promise<Engine>>;
  /** What is to be seen in frames, in their order; of the others the page says enough. */
  readonly notes: readonly (readonly [from: Who, type: string, shows: string])[];
}

type Kind = EngineEvent['kind'];

const next = <Name extends Kind>(
  engine: Engine,
  kind: Name,
  fits: (event: Extract<EngineEvent, { kind: Name }>) => boolean = () => true,
): Promise<void> =>
  new Promise((resolve) => {
    const stop = engine.onEvent((event) => {
      if (event.kind !== kind || !fits(event as Extract<EngineEvent, { kind: Name }>)) return;
      stop();
      resolve();
    });
  });

const plan = 'Ferry at 7:40, platform 3.\nBring the long rope.\n';

/** Bytes that no compression finds anything in, the same each time. */
const bytesOf = (size: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, 'pier'), Buffer.alloc(16)).update(Buffer.alloc(size));

/** Written at a time that is told in whole seconds. */
function write(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** A folder of Ada with something in it. */
function notesOf(stage: Stage): string {
  const notes = join(stage.folder('source'), 'notes');
  mkdirSync(join(notes, 'pictures'), { recursive: true });
  write(notes, 'plan.txt', plan);
  write(join(notes, 'pictures'), 'pier.jpg', bytesOf(20_000));
  write(join(notes, 'pictures'), 'empty.txt', '');
  return notes;
}

/** Bob takes everything into his folder "target". */
async function receiving(stage: Stage, at: Endpoint = stage.to): Promise<readonly [Engine, Endpoint]> {
  const bob = await stage.startBob();
  const told = await bob.listen({
    ...at,
    receive: {
      dir: stage.folder('target'),
      onConflict: 'rename',
      decide: () => Promise.resolve({ accept: true }),
    },
  });
  return [bob, told];
}

const send = ({ plain, to }: Stage, ada: Engine, ...paths: readonly string[]): TransferHandle =>
  ada.send({ paths, to, plain });

/** A file of which Bob has the first chunk, from a session that is over. */
async function interrupted(stage: Stage): Promise<{ readonly ada: Engine; readonly path: string }> {
  const [bob] = await receiving(stage);
  const path = write(stage.folder('source'), 'film.mp4', bytesOf(chunkBytes + 30_000));
  const before = await stage.startAda();
  // So that nothing follows the first chunk for a while.
  before.configure({ uploadLimit: 20_000 });
  const hasChunk = next(bob, 'transfer', ({ transfer: { bytes } }) => bytes === chunkBytes);
  const cut = send(stage, before, path).done.catch(() => {});
  await hasChunk;
  await before.close();
  await cut;
  return { ada: await stage.startAda(), path };
}

/** Where a frame of this type begins in bytes of control frames; -1 when there is none. */
function indexOfFrame(bytes: Buffer, name: 'DONE' | 'CANCEL'): number {
  for (let at = bytes.indexOf('HXD1'); at !== -1; at = bytes.indexOf('HXD1', at + 1)) {
    if (bytes[at + 8] === messageOf(name).number) return at;
  }
  return -1;
}

interface Keeper {
  /** Resolves when a frame of this type is held. */
  holds(name: 'DONE' | 'CANCEL'): Promise<void>;
  /** Passes on what is held, and what still comes. */
  release(): void;
  close(): void;
}

/** Stands between Ada and Bob: DONE, and what follows it, waits until it is released. */
async function keepDone(at: Endpoint, bob: Endpoint): Promise<Keeper> {
  let held = Buffer.alloc(0);
  let isReleased = false;
  let ada: Socket | undefined;
  const growth = new EventEmitter();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    ada = socket;
    const onward = connect({ ...bob, noDelay: true, allowHalfOpen: true });
    socket.pipe(onward);
    onward.on('end', () => socket.end());
    onward.on('data', (bytes) => {
      const begins = isReleased ? -1 : held.length > 0 ? 0 : indexOfFrame(bytes, 'DONE');
      const passes = begins === -1 ? bytes.length : begins;
      if (passes > 0) socket.write(bytes.subarray(0, passes));
      held = Buffer.concat([held, bytes.subarray(passes)]);
      growth.emit('growth');
    });
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return {
    holds: async (name) => {
      while (indexOfFrame(held, name) === -1) await once(growth, 'growth');
    },
    release: () => {
      isReleased = true;
      ada?.write(held);
    },
    close: () => server.close(),
  };
}

const pushInline: Course = {
  name: 'push-inline',
  title: 'A push, inline',
  about:
    'Ada sends a folder with three small files. It is not worth a lane, so the bulk travels on the control connection, ' +
    'and all of it in one PACK.',
  prepare: async (stage) => {
    const notes = notesOf(stage);
    await receiving(stage);
    const ada = await stage.startAda();
    return async () => {
      await send(stage, ada, notes).done;
      return ada;
    };
  },
  notes: [
    ['Ada', 'HELLO', 'Ada dialed, so she speaks first. Her request has an odd id, 1.'],
    ['Ada', 'OFFER', 'One entry at the top. A lane is not offered for so little.'],
    ['Ada', 'MANIFEST', 'It comes without waiting for an answer, so that Bob can look into the folder.'],
    ['Bob', 'ACCEPT', 'Bob says yes. `targetId` would let Ada see that his folder lies in what she sends.'],
    ['Bob', 'WANT', 'All entries are wanted from their start.'],
    [
      'Ada',
      'PACK',
      'Three files, one of them without bytes, each with its digest. The frame is cut into many segments.',
    ],
    ['Ada', 'FINISH', 'It follows at once: nothing is acknowledged file by file.'],
    ['Bob', 'ACK', 'All entries are settled.'],
    ['Bob', 'DONE', 'What Bob has stored.'],
    ['Ada', 'BYE', 'The session ends well.'],
  ],
};

const pushLane: Course = {
  name: 'push-lane',
  title: 'A push by a lane',
  about:
    'Ada sends a film of 5 MB and a list. That is worth a lane, which Bob dials, because he is the sink. He has the film ' +
    'already, from elsewhere, so that he asks by its chain and it does not come.',
  prepare: async (stage) => {
    const film = bytesOf(5_000_000);
    const paths = [
      write(stage.folder('source'), 'film.mp4', film),
      write(stage.folder('source'), 'plan.txt', plan),
    ];
    write(stage.folder('target'), 'film.mp4', film);
    await receiving(stage);
    const ada = await stage.startAda();
    return async () => {
      await send(stage, ada, ...paths).done;
      return ada;
    };
  },
  notes: [
    ['Ada', 'OFFER', '`lane` has the token of the lane and the port where Ada waits for it.'],
    ['Bob', 'LANE', 'First frame of the second connection: the token says which transfer it belongs to.'],
    ['Ada', 'JOINED', 'From now on only Ada sends on the lane.'],
    ['Bob', 'ACCEPT', 'The bulk comes by the lane.'],
    [
      'Bob',
      'WANT',
      'The list is wanted. About the film Bob decides later: he computes the chain of the one that he has.',
    ],
    ['Bob', 'WANT', 'The film is wanted unless it has this chain.'],
    ['Ada', 'SAME', 'Ada has computed the chain of hers: it is the same, and 5 MB stay where they are.'],
    ['Ada', 'FINISH', 'It travels in bulk order, so on the lane.'],
    ['Bob', 'DONE', 'One file came, one was the same.'],
  ],
};

const resume: Course = {
  name: 'resume',
  title: 'A resume',
  about:
    'In a session before this one the first chunk of a film arrived, then Ada left. She offers the film again; ' +
    'nothing has happened to it since.',
  prepare: async (stage) => {
    const { ada, path } = await interrupted(stage);
    return async () => {
      await send(stage, ada, path).done;
      return ada;
    };
  },
  notes: [
    ['Ada', 'OFFER', 'Another `transfer` than before: nothing is remembered by the protocol.'],
    ['Ada', 'MANIFEST', 'Name, size and version are those that Bob has noted beside his part of the film.'],
    ['Bob', 'WANT', '`resume` from byte 262,144 on, with the chain that the film has there.'],
    ['Ada', 'DATA', 'Ada goes on there. What lies before is not read again: the version vouches for it.'],
    ['Ada', 'END', 'The chain over the whole film, so that it proves both parts.'],
    ['Bob', 'DONE', '30,000 bytes came now, 262,144 were there before.'],
  ],
};

const resumeIf: Course = {
  name: 'resume-if',
  title: 'A resume, if the content is the same',
  about:
    'As before, but the film was touched meanwhile: its version is another one, its content is not. So the content decides.',
  prepare: async (stage) => {
    const { ada, path } = await interrupted(stage);
    utimesSync(path, 1_700_000_060, 1_700_000_060);
    return async () => {
      await send(stage, ada, path).done;
      return ada;
    };
  },
  notes: [
    ['Ada', 'MANIFEST', 'Another version and time than before.'],
    ['Bob', 'WANT', '`resumeIf`: from byte 262,144 on, if the film has that chain there.'],
    [
      'Ada',
      'DATA',
      'Ada has read the beginning of the film and found that chain. That she begins there is her answer.',
    ],
    ['Bob', 'DONE', 'The first chunk counts as resumed.'],
  ],
};

const cancelCrossesDone: Course = {
  name: 'cancel-crosses-done',
  title: 'A CANCEL that crosses DONE',
  about:
    'Everything has arrived and Bob says DONE, but that is still on its way when Ada takes the transfer back and leaves. (A ' +
    'relay between the two held DONE until then.) The list has the order in which Bob sees the frames; in the capture, which ' +
    'was made at the side of Ada, her CANCEL stands before his DONE.',
  toldBy: 'Bob',
  prepare: async (stage) => {
    const path = write(stage.folder('source'), 'plan.txt', plan);
    const [bob, at] = await receiving(stage, { host: '127.0.0.1', port: 0 });
    const keeper = await keepDone(stage.to, at);
    const ada = await stage.startAda();
    return async () => {
      const transfer = send(stage, ada, path);
      const over = transfer.done.catch(() => {});
      await keeper.holds('DONE');
      transfer.cancel();
      await keeper.holds('CANCEL');
      keeper.release();
      await over;
      keeper.close();
      return bob;
    };
  },
  notes: [
    ['Ada', 'FINISH', 'Nothing more comes.'],
    ['Bob', 'DONE', 'To Bob the transfer is over.'],
    ['Ada', 'CANCEL', 'Ada has not seen DONE: to her the transfer is not over.'],
    [
      'Bob',
      'CANCEL',
      'CANCEL for an id that is over is answered, once, because DONE and not CANCEL was his last frame of it. Ada would not answer this one.',
    ],
    ['Ada', 'BYE', 'The session has come to no harm. Bob keeps what has landed.'],
  ],
};

const decline: Course = {
  name: 'decline',
  title: 'A decline',
  about: 'Bob does not want what Ada offers.',
  prepare: async (stage) => {
    const notes = notesOf(stage);
    const bob = await stage.startBob();
    const decide = () => Promise.resolve({ accept: false } as const);
    await bob.listen({ ...stage.to, receive: { dir: stage.folder('target'), onConflict: 'rename', decide } });
    const ada = await stage.startAda();
    return async () => {
      await send(stage, ada, notes).done.catch(() => {});
      return ada;
    };
  },
  notes: [
    ['Ada', 'MANIFEST', 'It is there before anybody has decided, for the preview.'],
    ['Bob', 'DECLINE', 'With a code that says why, and a sentence for people.'],
    ['Ada', 'CANCEL', 'The answer, because a page of the manifest could have crossed DECLINE.'],
  ],
};

const pause: Course = {
  name: 'pause',
  title: 'A pause',
  about:
    'Ada has paused the transfer before Bob says yes, then Bob pauses it too. It goes on when both have taken that back.',
  prepare: async (stage) => {
    const path = write(stage.folder('source'), 'plan.txt', plan);
    const [bob] = await receiving(stage);
    const ada = await stage.startAda();
    return async () => {
      const transfer = send(stage, ada, path);
      transfer.pause();
      const pausedBy = (engine: Engine, by: string): Promise<void> =>
        next(engine, 'transfer', ({ transfer: { pausedBy: seen } }) => seen === by);
      await pausedBy(bob, 'there');
      const theirs = bob.transfer(transfer.id) as TransferHandle;
      const isPausedByBoth = pausedBy(ada, 'both');
      theirs.pause();
      await isPausedByBoth;
      const waitsForBob = pausedBy(bob, 'here');
      transfer.resume();
      await waitsForBob;
      theirs.resume();
      await transfer.done;
      return ada;
    };
  },
  notes: [
    ['Bob', 'ACCEPT', 'The transfer is flowing, and paused.'],
    ['Ada', 'PACE', '0 of the source: it pauses of itself. Behind it comes no bulk.'],
    ['Bob', 'PACE', '0 of the sink: the source must not send any.'],
    ['Ada', 'PACE', 'Without a number: the source would go on. Bob still holds it.'],
    ['Bob', 'PACE', 'Without a number: nobody holds it any more.'],
    ['Ada', 'PACK', 'Only now the bulk.'],
  ],
};

const get: Course = {
  name: 'get',
  title: 'A get',
  about:
    'Bob shares a folder. Ada looks into it, then fetches a folder of it over another connection: a pull, in which Bob is the source.',
  prepare: async (stage) => {
    const bob = await stage.startBob();
    await bob.listen(stage.to);
    bob.addShare({ path: notesOf(stage) });
    const ada = await stage.startAda();
    return async () => {
      const { to: from, plain } = stage;
      const page = await ada.listPage({ from, plain, path: 'notes' });
      if (page.entries.length !== 2) throw new Error('The share is not listed.');
      await ada.get({
        from,
        plain,
        paths: ['notes/pictures'],
        dir: stage.folder('target'),
        onConflict: 'rename',
      }).done;
      return ada;
    };
  },
  notes: [
    ['Bob', 'LISTING', 'One page, in byte order of the names.'],
    ['Ada', 'GET', 'A request of its own. The `transfer` is chosen by Ada, who asks.'],
    [
      'Bob',
      'OFFER',
      'It answers GET, with the same id. `lane` has no port: it is the one that Ada has dialed.',
    ],
    ['Ada', 'ACCEPT', 'Nobody needs to be asked: it was she who asked. A lane is not worth it.'],
    ['Bob', 'PACK', 'The bulk of a pull comes from the listener.'],
    ['Ada', 'DONE', 'The sink ends the transfer.'],
  ],
};

const put: Course = {
  name: 'put',
  title: 'A put, with a PIN',
  about: 'Bob shares a folder that takes uploads and asks for a PIN, 2468. Ada puts a file into it.',
  prepare: async (stage) => {
    const path = write(stage.folder('source'), 'plan.txt', plan);
    const bob = await stage.startBob();
    await bob.listen(stage.to);
    bob.addShare({ path: stage.folder('target'), name: 'inbox', writable: true, pin: '2468' });
    const ada = await stage.startAda();
    return async () => {
      await ada.put({ paths: [path], to: stage.to, plain: stage.plain, path: 'inbox', pin: '2468' }).done;
      return ada;
    };
  },
  notes: [
    ['Ada', 'UNLOCK', 'The PIN, which holds for this session. A plain connection shows it to everybody.'],
    ['Bob', 'UNLOCKED', 'A wrong one would have been answered by ERROR with this id.'],
    ['Ada', 'OFFER', '`target` names the share. Nobody is asked: that it takes uploads was decided before.'],
    ['Bob', 'DONE', 'It is in the share.'],
  ],
};

const text: Course = {
  name: 'text',
  title: 'A text',
  about: 'Ada sends two lines to Bob, to be shown to him.',
  prepare: async (stage) => {
    await receiving(stage);
    const ada = await stage.startAda();
    return async () => {
      await ada.sendText({ to: stage.to, plain: stage.plain, text: plan });
      return ada;
    };
  },
  notes: [
    ['Ada', 'TEXT', 'UTF-8 in JSON.'],
    ['Bob', 'TAKEN', 'It was taken, which is not to say that it was read.'],
  ],
};

const encrypted: Course = {
  name: 'encrypted',
  title: 'An encrypted push, with its secrets',
  about:
    'The push above over TLS 1.3. The capture holds the secrets of its session in a Decryption Secrets Block, as ' +
    '`--keylog` wrote them and `editcap --inject-secrets` put them there: Wireshark decrypts it without being told ' +
    'anything. To a reader that does not decrypt, it is TLS.',
  isEncrypted: true,
  prepare: (stage) => pushInline.prepare(stage),
  notes: [
    [
      'Ada',
      'HELLO',
      'Before it: the handshake of TLS, in which both prove their keys. `deviceId` must be the id of that key.',
    ],
    ['Ada', 'PACK', 'The same frames as on a plain connection.'],
    ['Ada', 'BYE', 'After it close_notify, then FIN.'],
  ],
};

/** In the order of the page. */
export const courses: readonly Course[] = [
  pushInline,
  pushLane,
  resume,
  resumeIf,
  cancelCrossesDone,
  decline,
  pause,
  get,
  put,
  text,
  encrypted,
];
