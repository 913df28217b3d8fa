/** Calls of the contract from inside of the window's page, through the bridge that the preload put there. */

import type { Page } from '@playwright/test';

import type { CallInput } from '../../shared/ipc/client.ts';
import type { CallName, CallResult } from '../../shared/ipc/contract/index.ts';
import type { Reply } from '../../shared/ipc/envelope.ts';
import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import type { Snapshot } from '../../shared/model/snapshot.ts';

/** Of the page; the functions below are sent there as text. */
declare const window: { readonly hexdrop: HexdropBridge };

/** Opens a link of its own, says one thing, and answers with the first reply to it. */
const said = (page: Page, request: unknown): Promise<Reply> =>
  page.evaluate(
    (request) =>
      new Promise<Reply>((resolve, reject) => {
        const opening = window.hexdrop.openLink(
          ({ json }) => {
            const reply = json as Reply;
            if (!['result', 'failed', 'snapshot'].includes(reply.kind)) return;
            resolve(reply);
            void Promise.resolve(opening).then((port) => port.close());
          },
          (reason) => reject(new Error(`The link ended: ${reason}`)),
        );
        void Promise.resolve(opening).then((port) => port.send({ json: request }));
      }),
    request,
  );

export async function call<Name extends CallName>(
  page: Page,
  name: Name,
  args: CallInput<Name>,
): Promise<CallResult<Name>> {
  const reply = await said(page, { kind: 'call', id: 1, name, args });
  if (reply.kind === 'result') return reply.value as CallResult<Name>;
  throw new Error(reply.kind === 'failed' ? `${reply.error.code}: ${reply.error.message}` : 'no result');
}

export async function snapshot(page: Page): Promise<Snapshot> {
  const reply = await said(page, { kind: 'snapshot' });
  if (reply.kind !== 'snapshot') throw new Error(`no snapshot: ${JSON.stringify(reply)}`);
  return reply.value as Snapshot;
}
