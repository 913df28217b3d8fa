/** Random secrets, and their comparison. Only digests are kept, so that the length of a guess tells nothing either. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const isSecret = (guess: string, digest: Buffer): boolean => timingSafeEqual(digestOf(guess), digest);
