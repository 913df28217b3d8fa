import { describe, expect, it } from 'vitest';

import { PasswordGuard } from './password.ts';

/** The rules are the same with less work for each try. */
const quickWork = 1_024;

const guardAt = (clock: { ms: number }): PasswordGuard =>
  new PasswordGuard('correct horse', () => clock.ms, quickWork);

describe('the password', () => {
  it('is right in either way to write its letters', async () => {
    const guard = new PasswordGuard('Käsekuchen', () => 0, quickWork);
    expect(await guard.check('Käsekuchen'.normalize('NFD'), 'a')).toEqual({ kind: 'right' });
    expect(await guard.check('Kasekuchen', 'a')).toEqual({ kind: 'wrong' });
  });

  it('has three tries for each address, then a wait that grows to five minutes', async () => {
    const clock = { ms: 0 };
    const guard = guardAt(clock);
    const waits: number[] = [];
    for (let tries = 0; tries < 14; tries += 1) {
      expect(await guard.check('wrong', 'a')).toEqual({ kind: 'wrong' });
      if (tries < 2) continue;
      const verdict = await guard.check('correct horse', 'a');
      if (verdict.kind !== 'wait') throw new Error(verdict.kind);
      waits.push(verdict.waitMs);
      clock.ms += verdict.waitMs;
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(300_000);
  });

  it('does not make one address wait for another, until all together are too many', async () => {
    const clock = { ms: 0 };
    const guard = guardAt(clock);
    for (let tries = 0; tries < 30; tries += 1) {
      expect(await guard.check('wrong', `address ${tries}`)).toEqual({ kind: 'wrong' });
    }
    expect(await guard.check('correct horse', 'another')).toEqual({ kind: 'wait', waitMs: 60_000 });
    clock.ms += 60_000;
    expect(await guard.check('correct horse', 'another')).toEqual({ kind: 'right' });
  });

  it('does not take tries at the same time for one', async () => {
    const guard = guardAt({ ms: 0 });
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => guard.check('wrong', 'a')));
    expect(verdicts.filter(({ kind }) => kind === 'wrong').length).toBeLessThanOrEqual(3);
    expect(verdicts.filter(({ kind }) => kind === 'busy').length).toBeGreaterThan(0);
  });

  it('is forgiven what was mistyped before', async () => {
    const guard = guardAt({ ms: 0 });
    for (let round = 0; round < 3; round += 1) {
      await guard.check('wrong', 'a');
      await guard.check('wrong', 'a');
      expect(await guard.check('correct horse', 'a')).toEqual({ kind: 'right' });
    }
  });
});
