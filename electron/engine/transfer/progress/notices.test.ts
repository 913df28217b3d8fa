import { beforeEach, describe, expect, it } from 'vitest';

import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../../shared/protocol/codec.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { setLimits } from '../../testing/limits.ts';
import { Reported } from '../../testing/reported.ts';
import { Notices } from './notices.ts';

let sent: Payload<'NOTICE'>[] = [];
beforeEach(() => {
  sent = [];
});
const made = (): Notices => new Notices((notice) => sent.push(notice));
const heard = (notice: Partial<Payload<'NOTICE'>>): Payload<'NOTICE'> => ({
  kind: 'failed',
  path: 'a/b',
  code: 'name-not-utf8',
  message: '',
  ...notice,
});

describe('notices that are told', () => {
  it('wait until they may be told, and come in their order', () => {
    const notices = made();
    notices.failed('one', new HexdropError('name-not-utf8'));
    notices.omitted('two', 'symlink');
    expect(sent).toEqual([]);
    notices.open();
    notices.note({ path: 'three', code: 'grew', message: 'It grew.' });
    expect(sent.map(({ kind, path, code }) => [kind, path, code])).toEqual([
      ['failed', 'one', 'name-not-utf8'],
      ['omitted', 'two', 'symlink'],
      ['note', 'three', 'grew'],
    ]);
  });

  it('are no more than the other side takes', () => {
    setLimits({ notices: 3 });
    const notices = made();
    notices.open();
    for (let number = 0; number < 10; number += 1) notices.omitted(`link ${number}`, 'symlink');
    expect(sent.map(({ path }) => path)).toEqual(['link 0', 'link 1', 'link 2']);
  });

  it('fit their frame, whatever the path: the end of a long one says most', () => {
    const notices = made();
    notices.open();
    notices.failed(`${'写/'.repeat(5_000)}end`, new HexdropError('manifest-depth', 'x'.repeat(5_000)));
    notices.failed('lone \ud800 surrogate', new HexdropError('name-not-utf8'));
    expect(Array.from(sent[0]?.path ?? '')).toHaveLength(limits.pathCharacters);
    expect(sent[0]?.path).toMatch(/^….*\/end$/u);
    for (const notice of sent) expect(() => encodeFrame('NOTICE', { id: 1, flags: 1 }, notice)).not.toThrow();
  });

  it('do not tell others what failed in here unforeseen', () => {
    const notices = made();
    notices.open();
    notices.failed('x', new HexdropError('internal', 'ENOENT: /home/ada/secret'));
    expect(JSON.stringify(sent)).not.toContain('ada');
  });
});

describe('notices that are heard', () => {
  it('are reported as what they are', () => {
    const reported = new Reported();
    const notices = made();
    expect(notices.heard(heard({}), reported)).toBe('failed');
    expect(notices.heard(heard({ kind: 'omitted', code: 'special' }), reported)).toBe('omitted');
    expect(notices.heard(heard({ kind: 'note', code: 'newer', message: 'm' }), reported)).toBe('note');
    expect(reported.faults).toEqual([{ path: 'a/b', code: 'name-not-utf8', side: 'there' }]);
    expect(reported.left).toEqual(['a/b']);
    expect(reported.notices).toEqual([{ path: 'a/b', code: 'newer', message: 'm', side: 'there' }]);
  });

  it('of a kind or code that a later version has are passed over', () => {
    const reported = new Reported();
    const notices = made();
    expect(notices.heard(heard({ kind: 'compressed' }), reported)).toBeUndefined();
    expect(notices.heard(heard({ kind: 'note', code: 'shrank' }), reported)).toBeUndefined();
    expect(notices.heard(heard({ kind: 'failed', code: 'of-tomorrow' }), reported)).toBe('failed');
    expect([reported.faults, reported.notices]).toEqual([
      [{ path: 'a/b', code: 'internal', side: 'there' }],
      [],
    ]);
  });

  it('beyond what there may be cost nothing', () => {
    setLimits({ notices: 2 });
    const reported = new Reported();
    const notices = made();
    for (let number = 0; number < 10; number += 1) notices.heard(heard({ path: `p${number}` }), reported);
    expect(reported.faults.map(({ path }) => path)).toEqual(['p0', 'p1']);
  });
});
