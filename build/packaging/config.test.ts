/** What electron-builder itself says of the configuration, before it has downloaded or packed anything. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { config, macSigning } from './config.ts';

const load = createRequire(createRequire(import.meta.url).resolve('electron-builder'));

/** The part of electron-builder that makes deb and rpm. */
const { default: FpmTarget } = load('app-builder-lib/out/targets/FpmTarget.js') as {
  default: { readonly prototype: { checkOptions(): Promise<Readonly<Record<string, string>>> } };
};
const { validateConfiguration } = load('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(configuration: object, logger: { readonly isEnabled: boolean }): Promise<void>;
};

describe('the configuration of electron-builder', () => {
  it('holds nothing that its schema does not know', async () => {
    await expect(
      validateConfiguration(structuredClone(config), { isEnabled: false }),
    ).resolves.toBeUndefined();
  });

  it.each(['deb', 'rpm'] as const)('names a maintainer with an address, which the %s needs', async (kind) => {
    const target = Object.assign(Object.create(FpmTarget.prototype) as typeof FpmTarget.prototype, {
      options: { ...config.linux, ...config[kind] },
      packager: {
        appInfo: {
          computePackageUrl: () => Promise.resolve(manifest.homepage),
          linuxPackageName: manifest.name,
        },
        info: { metadata: { author: { name: manifest.author } } },
      },
    });
    const { maintainer } = await target.checkOptions();
    expect(maintainer).toMatch(/^Hexdrop developers <\S+@\S+>$/);
  });

  it('signs a program for macOS ad hoc where there is no certificate, since an unsigned one is killed', () => {
    expect(macSigning({})).toEqual({ identity: '-', notarize: false });
    expect(macSigning({ CSC_LINK: '', CSC_NAME: '' })).toEqual({ identity: '-', notarize: false });
    expect(macSigning({ CSC_LINK: 'certificate.p12' })).toEqual({});
    expect(macSigning({ CSC_NAME: 'Hexdrop developers' })).toEqual({});
  });

  it('lets a program that is signed ad hoc load its own libraries, which are of no team', () => {
    for (const file of [config.mac.entitlements, config.mac.entitlementsInherit]) {
      expect(isAbsolute(file)).toBe(true);
      expect(readFileSync(file, 'utf8')).toMatch(
        /<key>com\.apple\.security\.cs\.disable-library-validation<\/key>\s*<true\/>/,
      );
    }
  });
});
