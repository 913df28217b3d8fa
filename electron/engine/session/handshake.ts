/**
 * HELLO and WELCOME: what each side says of itself and what both settle on (docs/PROTOCOL.md, "Handshake").
 * Pure; throws what the other side is to be told.
 */

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { protocolVersion } from '../../../shared/protocol/limits.ts';
import { clip } from '../../../shared/base/text.ts';
import { availableDigests, commonDigest, digestByName } from '../digest/digest.ts';
import type { Digest } from '../digest/digest.ts';

/** What this program says of itself. */
export interface SelfDescription {
  readonly deviceId: string;
  readonly alias: string;
  /** Name and version, for people who read captures. */
  readonly app: string;
  readonly platform: string;
}

/** What this program can do beyond the base: `lane` = bulk on a connection of its own. */
const capabilities: readonly string[] = ['lane'];

export interface NegotiatedSession {
  readonly digest: Digest;
  readonly capabilities: readonly string[];
}

export const helloOf = (self: SelfDescription): Payload<'HELLO'> => ({
  versions: [protocolVersion],
  app: self.app,
  alias: self.alias,
  deviceId: self.deviceId,
  platform: self.platform,
  capabilities: [...capabilities],
  digests: [...availableDigests()],
});

/**
 * The listener's answer to HELLO.
 * @throws HexdropError version-unsupported, identity-mismatch, bad-payload
 */
export function answerHello(
  hello: Payload<'HELLO'>,
  self: SelfDescription,
  pinnedDeviceId: string | undefined,
): { welcome: Payload<'WELCOME'>; negotiated: NegotiatedSession } {
  if (!hello.versions.includes(protocolVersion)) throw versionUnsupported(hello.versions, [protocolVersion]);
  requireIdentity(hello.deviceId, pinnedDeviceId);
  const name = commonDigest(hello.digests);
  if (name === undefined) {
    throw new HexdropError(
      'bad-payload',
      'HELLO offers no digest that is known here; sha256 must be among them.',
      {
        seen: hello.digests.join(', ').slice(0, 100),
        allowed: availableDigests().join(', '),
      },
    );
  }
  const common = capabilities.filter((capability) => hello.capabilities.includes(capability));
  const welcome = {
    version: protocolVersion,
    app: self.app,
    alias: self.alias,
    deviceId: self.deviceId,
    platform: self.platform,
    capabilities: common,
    digest: name,
  };
  return { welcome, negotiated: { digest: digestByName(name), capabilities: common } };
}

/**
 * What the dialer makes of WELCOME.
 * @throws HexdropError version-unsupported, identity-mismatch, bad-payload
 */
export function acceptWelcome(
  welcome: Payload<'WELCOME'>,
  pinnedDeviceId: string | undefined,
): NegotiatedSession {
  if (welcome.version !== protocolVersion) throw versionUnsupported([protocolVersion], [welcome.version]);
  requireIdentity(welcome.deviceId, pinnedDeviceId);
  if (!availableDigests().includes(welcome.digest)) {
    throw new HexdropError('bad-payload', 'WELCOME chose a digest that HELLO did not offer.', {
      seen: welcome.digest,
      allowed: availableDigests().join(', '),
    });
  }
  return {
    digest: digestByName(welcome.digest),
    capabilities: capabilities.filter((capability) => welcome.capabilities.includes(capability)),
  };
}

/** Read on either side: says who speaks what, not "this one" and "the other". */
function versionUnsupported(dialer: readonly number[], listener: readonly number[]): HexdropError {
  const [dialed, listened] = [dialer, listener].map((versions) => clip(versions.join(', '), 60));
  return new HexdropError(
    'version-unsupported',
    `The side that connects speaks version ${dialed} of the protocol, the side that listens version ${listened}. ` +
      'Update the older of the two programs.',
    { seen: dialed, allowed: listened },
  );
}

/** On TLS the claimed id must be that of the key; on plain there is nothing to hold it against. */
function requireIdentity(claimed: string, pinned: string | undefined): void {
  if (pinned === undefined || claimed === pinned) return;
  throw new HexdropError('identity-mismatch', undefined, {
    seen: claimed.slice(0, 16),
    allowed: pinned.slice(0, 16),
  });
}
