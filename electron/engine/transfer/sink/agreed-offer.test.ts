import { describe, expect, it } from 'vitest';

import type { Totals } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { file, folder, RawSource } from '../../testing/raw-source.ts';
import { AgreedOffer } from './agreed-offer.ts';

const totals: Totals = { files: 2, folders: 1, bytes: 10, complete: true };
const counting: Totals = { files: 0, folders: 0, bytes: 0, complete: false };

/** `c` and `d` are folders. */
const offerOf = (names: readonly string[], more: Partial<Payload<'OFFER'>> = {}): Payload<'OFFER'> => ({
  transfer: 'ab'.repeat(16),
  roots: names.map((name) => ({ name, kind: name === 'c' || name === 'd' ? 'folder' : 'file', size: 0 })),
  rootCount: names.length,
  totals,
  ...more,
});
const refused = (act: () => unknown): void => {
  expect(act).toThrow(expect.objectContaining({ code: 'unexpected-frame' }));
};

describe('what comes', () => {
  it('has the names that were offered at its top, any below', () => {
    const agreed = new AgreedOffer(offerOf(['a', 'd']), undefined);
    agreed.hold([file('a', 3), folder('d')]);
    agreed.hold([file('anything', 4, { parent: 1 })]);
    refused(() => new AgreedOffer(offerOf(['a', 'd']), undefined).hold([file('other', 3)]));
  });

  it('is of the kind that was offered: a file does not come as a folder', () => {
    refused(() => new AgreedOffer(offerOf(['a']), undefined).hold([folder('a')]));
    refused(() => new AgreedOffer(offerOf(['d']), undefined).hold([file('d', 1)]));
  });

  it('has the names that were asked for, whatever the offer says', () => {
    const asked = new Set(['a']);
    new AgreedOffer(offerOf(['a']), asked).hold([file('a', 3)]);
    refused(() => new AgreedOffer(offerOf(['a', 'evil']), asked).hold([file('evil', 3)]));
    refused(() => new AgreedOffer(offerOf(['evil']), asked).hold([file('evil', 3)]));
  });

  it('of more than can be shown is bound by its number', () => {
    const names = Array.from({ length: 100 }, (_, at) => `f${at}`);
    const agreed = new AgreedOffer(offerOf(names, { rootCount: 101, totals: counting }), undefined);
    agreed.hold(Array.from({ length: 101 }, (_, at) => file(`other ${at}`, 0)));
    refused(() => agreed.hold([file('one more', 0)]));
  });

  it('is no more than the totals say, in files, folders and bytes', () => {
    const offer = offerOf(['a', 'b', 'c', 'd', 'e']);
    new AgreedOffer(offer, undefined).hold([file('a', 4), file('b', 6), folder('c')]);
    refused(() => new AgreedOffer(offer, undefined).hold([file('a', 1), file('b', 1), file('c', 1)]));
    refused(() => new AgreedOffer(offer, undefined).hold([folder('a'), folder('b')]));
    refused(() => new AgreedOffer(offer, undefined).hold([file('a', 11)]));
    const paged = new AgreedOffer(offer, undefined);
    paged.hold([file('a', 10)]);
    refused(() => paged.hold([file('b', 1)]));
  });

  it('may be more while the source still counts, and is held against the count when it is complete', () => {
    const agreed = new AgreedOffer(offerOf(['d'], { totals: counting }), undefined);
    agreed.hold([folder('d')]);
    agreed.hold([file('x', 900, { parent: 0 })]);
    agreed.recount({ files: 1, folders: 1, bytes: 900, complete: true });
    refused(() => agreed.hold([file('y', 1, { parent: 0 })]));
    refused(() => agreed.recount({ files: 9, folders: 9, bytes: 9_000, complete: true }));
    expect(agreed.totals).toEqual({ files: 1, folders: 1, bytes: 900, complete: true });
  });

  it('is counted upwards: totals that fall are refused, in files, folders and bytes', () => {
    const before: Totals = { files: 3, folders: 2, bytes: 90, complete: false };
    const agreed = new AgreedOffer(offerOf(['d'], { totals: before }), undefined);
    for (const less of [{ files: 2 }, { folders: 1 }, { bytes: 89 }])
      refused(() => agreed.recount({ ...before, ...less, complete: true }));
    agreed.recount(before);
    agreed.recount({ files: 3, folders: 2, bytes: 90, complete: true });
  });

  it('is not counted to less than the manifest has told already', () => {
    const agreed = new AgreedOffer(offerOf(['d'], { totals: counting }), undefined);
    agreed.hold([folder('d'), file('x', 900, { parent: 0 })]);
    refused(() => agreed.recount({ files: 1, folders: 1, bytes: 899, complete: true }));
  });

  it('that is not what was agreed on ends the session before anything is stored', async () => {
    const source = await RawSource.offer();
    source.peer.send('TOTALS', 1, { files: 1, folders: 0, bytes: 3, complete: true });
    source.manifest([file('a', 3), file('b', 3)]);
    expect(await source.refusal()).toMatchObject({ code: 'unexpected-frame' });
    expect(source.peer.types()).not.toContain('WANT');
  });
});
