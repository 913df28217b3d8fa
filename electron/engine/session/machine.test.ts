import { describe, expect, it } from 'vitest';

import { limits } from '../../../shared/protocol/limits.ts';
import { Conversation } from '../testing/conversation.ts';
import { SessionMachine } from './machine.ts';

/** Played line by line between two machines; see testing/conversation.ts. */
const transcripts: Readonly<Record<string, string>> = {
  'a push from offer to DONE': `
    D> OFFER 1, ? 1 offered, D> MANIFEST 1, D> TOTALS 1, L> ACCEPT 1, ? 1 flowing
    L> WANT 1, D> MANIFEST 1, D> PACK 1, D> DATA 1, D> DATA 1, D> END 1, L> ACK 1, D> SAME 1
    D> FAULT 1, L> FAULT 1, D> FINISH 1, ? 1 finishing, L> ACK 1, L> DONE 1, ? 1 over
  `,
  'a push by the listener': `
    L> OFFER 2, L> MANIFEST 2, D> ACCEPT 2, D> WANT 2, L> PACK 2, L> FINISH 2, D> DONE 2, ? 2 over
  `,
  'a pull by the dialer': `
    D> GET 1, ? 1 asked, L> OFFER 1, ? 1 offered, L> MANIFEST 1, D> ACCEPT 1, D> WANT 1, L> DATA 1
    L> END 1, L> FINISH 1, D> DONE 1, ? 1 over
  `,
  'a pull by the listener': 'L> GET 2, D> OFFER 2, L> ACCEPT 2, D> FINISH 2, L> DONE 2, ? 2 over',
  'questions and their answers': `
    D> LIST 1, ? 1 asked, L> LISTING 1, ? 1 over, D> STAT 3, L> ENTRY 3, D> UNLOCK 5, L> UNLOCKED 5
    L> LIST 2, D> LISTING 2, ? 2 over
  `,
  'answers out of the order of their questions': `
    D> LIST 1, D> STAT 3, L> ENTRY 3, L> LISTING 1, ? 1 over, ? 3 over
  `,
  'ERROR in answer to each question': `
    D> LIST 1, L> ERROR 1, ? 1 over, D> STAT 3, L> ERROR 3, D> UNLOCK 5, L> ERROR 5, D> GET 7
    L> ERROR 7, ? 7 over
  `,
  'a declined offer, answered by CANCEL': `
    D> OFFER 1, D> MANIFEST 1, L> DECLINE 1, ? 1 cancelling, D> CANCEL 1 cancelled, ? 1 over
  `,
  'manifest pages that cross DECLINE': `
    D> OFFER 1, L+ DECLINE 1, D> MANIFEST 1 drop, D> TOTALS 1 drop, D< DECLINE 1
    D> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the source while offered': `
    D> OFFER 1, D> CANCEL 1 answer-cancel, L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the sink while offered': `
    D> OFFER 1, L> CANCEL 1 answer-cancel, D> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the source while flowing': `
    D> OFFER 1, L> ACCEPT 1, D+ CANCEL 1, L+ WANT 1, L+ ACK 1, L+ FAULT 1, L< CANCEL 1 answer-cancel
    L+ CANCEL 1, D< WANT 1 drop, D< ACK 1 drop, D< FAULT 1 drop, D< CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the sink while flowing drains the bulk': `
    D> OFFER 1, L> ACCEPT 1, L> WANT 1, L+ CANCEL 1, D> MANIFEST 1 drop, D> DATA 1 drop
    D> PACK 1 drop, D> END 1 drop, D> SAME 1 drop, D> FAULT 1 drop, D> FINISH 1 drop
    D< CANCEL 1 answer-cancel, D> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the source while finishing': `
    D> OFFER 1, L> ACCEPT 1, D> FINISH 1, D> CANCEL 1 answer-cancel, L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the sink while finishing': `
    D> OFFER 1, L> ACCEPT 1, D> FINISH 1, L> CANCEL 1 answer-cancel, D> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL of a GET that is not answered yet': `
    D> GET 1, D> CANCEL 1 answer-cancel, L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL by the source instead of an OFFER': `
    D> GET 1, L> CANCEL 1 answer-cancel, D> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL of a GET that crosses its OFFER': `
    D> GET 1, D+ CANCEL 1, L> OFFER 1 drop, L> MANIFEST 1 drop, L< CANCEL 1 answer-cancel
    L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL of a GET that crosses its ERROR': `
    D> GET 1, D+ CANCEL 1, L> ERROR 1 drop, L< CANCEL 1 answer-cancel, L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL that crosses ACCEPT': `
    D> OFFER 1, D+ CANCEL 1, L> ACCEPT 1 drop, L> WANT 1 drop, L< CANCEL 1 answer-cancel
    L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL that crosses DECLINE': `
    D> OFFER 1, D+ CANCEL 1, L+ DECLINE 1, D< DECLINE 1 drop, L< CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL that crosses DONE is answered': `
    D> OFFER 1, L> ACCEPT 1, D> FINISH 1, D+ CANCEL 1, L> DONE 1 drop, L< CANCEL 1 answer-cancel
    L> CANCEL 1 cancelled, ? 1 over
  `,
  'CANCEL from both at once: each takes the other as the answer': `
    D> OFFER 1, L> ACCEPT 1, D+ CANCEL 1, L+ CANCEL 1, L< CANCEL 1 cancelled, D< CANCEL 1 cancelled
    ? 1 over
  `,
  'bulk on a lane, where FINISH overtakes TOTALS and MANIFEST': `
    D> OFFER 1, ! 1 @1, L> ACCEPT 1, L> WANT 1, D> DATA 1 @1, D> END 1 @1, D+ TOTALS 1, D+ MANIFEST 1
    D+ FINISH 1 @1, L< FINISH 1 @1, L< TOTALS 1, L< MANIFEST 1, ? 1 finishing, L> ACK 1, L> DONE 1, ? 1 over
  `,
  'CANCEL on the control connection, while bulk is on a lane': `
    D> OFFER 1, ! 1 @1, L> ACCEPT 1, D+ DATA 1 @1, L+ CANCEL 1, L< DATA 1 @1 drop
    D< CANCEL 1 answer-cancel, D> CANCEL 1 cancelled, ? 1 over
  `,
  'transfers both ways at the same time': `
    D> OFFER 1, L> OFFER 2, D> ACCEPT 2, L> ACCEPT 1, D> DATA 1, L> DATA 2, D> END 1, L> END 2
    D> FINISH 1, L> DONE 1, L> FINISH 2, D> DONE 2, ? 1 over, ? 2 over
  `,
  'BYE and ERROR end a session from either side': `
    D> PING 0, L> PONG 0, L> PING 0, D> PONG 0, D> BYE 0
  `,
};

describe('a conversation', () => {
  it.each(Object.entries(transcripts))('%s', (_title, lines) => {
    expect(() => Conversation.ready().play(lines)).not.toThrow();
  });

  it('keeps nothing of requests that are over', () => {
    for (const lines of Object.values(transcripts)) {
      const { machines } = Conversation.ready().play(lines);
      expect([lines, machines.D.openRequests, machines.L.openRequests]).toEqual([lines, 0, 0]);
    }
  });

  it('goes on with other requests after each of its ends', () => {
    for (const lines of Object.values(transcripts)) {
      if (lines.includes('D> BYE 0')) continue;
      expect(() => Conversation.ready().play(`${lines}, D> LIST 101, L> LISTING 101`)).not.toThrow();
    }
  });
});

describe('the handshake', () => {
  const refused = (play: () => unknown, seen: string): void => {
    expect(play).toThrow(expect.objectContaining({ code: 'unexpected-frame', seen }));
  };

  it('is HELLO by the dialer, then WELCOME by the listener', () => {
    const { machines } = new Conversation().play('D> HELLO 0');
    expect(machines.D.isReady || machines.L.isReady).toBe(false);
    machines.L.sent('WELCOME', 0);
    machines.D.received('WELCOME', 0);
    expect(machines.D.isReady && machines.L.isReady).toBe(true);
  });

  it('refuses HELLO from the listener, twice, and after it is over', () => {
    refused(() => new SessionMachine('dialer').received('HELLO', 0), 'HELLO');
    refused(() => new SessionMachine('listener').sent('HELLO', 0), 'HELLO');
    refused(() => new Conversation().play('D> HELLO 0').machines.L.received('HELLO', 0), 'HELLO');
    refused(() => Conversation.ready().machines.L.received('HELLO', 0), 'HELLO');
  });

  it('refuses WELCOME that nobody asked for, from the dialer, and twice', () => {
    refused(() => new SessionMachine('dialer').received('WELCOME', 0), 'WELCOME');
    refused(() => new Conversation().play('D> HELLO 0').machines.L.received('WELCOME', 0), 'WELCOME');
    refused(() => Conversation.ready().machines.D.received('WELCOME', 0), 'WELCOME');
  });

  it.each(['PING', 'PONG', 'LISTING'] as const)('refuses %s before it is complete', (type) => {
    refused(() => new SessionMachine('listener').received(type, type === 'LISTING' ? 1 : 0), type);
    refused(() => new Conversation().play('D> HELLO 0').machines.L.received(type, 0), type);
  });

  it.each(['LIST', 'OFFER', 'GET', 'CANCEL', 'DATA'] as const)(
    'refuses %s of a request before it is complete',
    (type) => {
      refused(() => new SessionMachine('listener').received(type, 1), type);
      refused(() => new SessionMachine('dialer').sent(type, 1), type);
      refused(() => new Conversation().play('D> HELLO 0').machines.L.received(type, 1), type);
    },
  );

  it('takes ERROR in every state, as the last word', () => {
    for (const conversation of [
      new Conversation(),
      new Conversation().play('D> HELLO 0'),
      Conversation.ready(),
    ]) {
      conversation.play('L> ERROR 0');
      refused(() => conversation.machines.L.sent('PING', 0), 'PING');
      refused(() => conversation.machines.D.sent('LIST', 1), 'LIST');
      refused(() => conversation.machines.D.received('LIST', 2), 'LIST');
    }
  });

  it('refuses BYE of a peer before it is complete', () => {
    refused(() => new SessionMachine('listener').received('BYE', 0), 'BYE');
    refused(() => new Conversation().play('D> HELLO 0').machines.D.received('BYE', 0), 'BYE');
  });

  it('refuses ERROR of a dialer that has not said HELLO', () => {
    refused(() => new SessionMachine('listener').received('ERROR', 0), 'ERROR');
    expect(() => new Conversation().play('D> HELLO 0, D> ERROR 0')).not.toThrow();
  });

  it('refuses frames of requests with id 0', () => {
    refused(() => Conversation.ready().machines.L.received('OFFER', 0), 'OFFER');
    refused(() => Conversation.ready().machines.L.received('CANCEL', 0), 'CANCEL');
  });
});

describe('ids', () => {
  it('are odd for the dialer, even for the listener, and rise', () => {
    const { machines } = Conversation.ready();
    const ids = { D: [] as number[], L: [] as number[] };
    for (let count = 0; count < 5; count += 1) {
      for (const who of ['D', 'L'] as const) {
        const id = machines[who].nextId();
        ids[who].push(id);
        machines[who].sent('LIST', id);
      }
    }
    expect(ids).toEqual({ D: [1, 3, 5, 7, 9], L: [2, 4, 6, 8, 10] });
  });

  it.each([
    ['listener', 2, 'odd ids'],
    ['dialer', 1, 'even ids'],
  ] as const)('of the other side are refused by the %s: bad-id', (side, id, allowed) => {
    const machine = side === 'dialer' ? Conversation.ready().machines.D : Conversation.ready().machines.L;
    expect(() => machine.received('LIST', id)).toThrow(
      expect.objectContaining({ code: 'bad-id', seen: String(id), allowed }),
    );
  });

  it('are not used again, whatever became of the request', () => {
    const conversation = Conversation.ready().play('D> LIST 5, L> LISTING 5');
    for (const id of [1, 3, 5]) {
      expect(() => conversation.machines.L.received('LIST', id)).toThrow(
        expect.objectContaining({ code: 'unexpected-frame', seen: 'LIST' }),
      );
      expect(conversation.machines.L.stateOf(id)).toBe('over');
    }
    expect(conversation.machines.L.stateOf(7)).toBe('unused');
    conversation.play('D> STAT 7');
  });

  it('that were never opened are refused for every frame that opens nothing', () => {
    for (const type of ['LISTING', 'ACCEPT', 'DATA', 'DONE', 'ERROR', 'CANCEL'] as const) {
      expect(() => Conversation.ready().machines.L.received(type, 9)).toThrow(
        expect.objectContaining({ code: 'unexpected-frame', seen: type }),
      );
    }
  });

  it('that are over are refused, CANCEL excepted', () => {
    const { machines } = Conversation.ready().play('D> OFFER 1, L> ACCEPT 1, D> FINISH 1, L> DONE 1');
    for (const type of ['DATA', 'FAULT', 'ACK', 'FINISH', 'TOTALS', 'ERROR', 'LISTING'] as const) {
      expect(() => machines.L.received(type, 1)).toThrow(
        expect.objectContaining({ code: 'unexpected-frame', seen: type }),
      );
    }
    expect(machines.L.received('CANCEL', 1)).toBe('answer-cancel');
  });

  it('may be open up to the limit for each side; one more is too-many-requests', () => {
    const { machines } = Conversation.ready();
    for (let count = 0; count < limits.openRequests; count += 1) machines.L.received('GET', 1 + 2 * count);
    const next = 1 + 2 * limits.openRequests;
    expect(() => machines.L.received('LIST', next)).toThrow(
      expect.objectContaining({ code: 'too-many-requests', allowed: String(limits.openRequests) }),
    );
    machines.L.sent('ERROR', 1);
    expect(machines.L.received('LIST', next)).toBe('deliver');
  });

  it('of our own requests leave the peer its number of open ones', () => {
    const { machines } = Conversation.ready();
    for (let count = 0; count < limits.openRequests; count += 1) machines.L.sent('GET', 2 + 2 * count);
    expect(machines.L.received('LIST', 1)).toBe('deliver');
  });
});
