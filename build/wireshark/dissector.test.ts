import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { messageOf, typeNames } from '../../shared/protocol/catalog.ts';
import { dissectorLua } from './dissector.ts';

const lua = dissectorLua();

describe('the dissector', () => {
  it('is what the catalog makes of it (else: npm run docs)', () => {
    expect(readFileSync(new URL('hexdrop.lua', import.meta.url), 'utf8')).toBe(lua);
  });

  it.each(typeNames)('knows %s by its number and its limit', (name) => {
    const { number, limitBytes } = messageOf(name);
    expect(lua).toContain(`[${number}] = { name = "${name}", limit = ${limitBytes},`);
  });

  it('gives each field a name of its own', () => {
    const names = [
      ...lua.matchAll(/(?:text|int|signed|truth|secret|unsigned|time|octets|utf8)\("([a-z][\w.]*)"/gu),
    ].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
  });

  it('never shows what the catalog calls secret', () => {
    expect(lua).toContain('pin = secret("unlock.pin"');
  });
});
