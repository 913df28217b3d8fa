import { describe, expect, it } from 'vitest';

import { hashOf, parseRoute } from './router.ts';

describe('router', () => {
  it('what it writes it reads', () => {
    const hash = hashOf('browse', ['192.168.1.5:18520'], { path: 'photos/a & b/中文?#', after: '' });
    expect(parseRoute(hash)).toEqual({
      view: 'browse',
      rest: ['192.168.1.5:18520'],
      query: { path: 'photos/a & b/中文?#', after: '' },
    });
  });

  it.each(['', '#', '#/', '#/nowhere/else', '#/__proto__'])('%j leads to the devices', (hash) => {
    expect(parseRoute(hash)).toEqual({ view: 'devices', rest: [], query: {} });
  });

  it('keeps a part that is badly encoded as it is', () => {
    expect(parseRoute('#/devices/%zz').rest).toEqual(['%zz']);
  });
});
