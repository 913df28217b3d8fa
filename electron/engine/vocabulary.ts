/**
 * What users of the engine need of the protocol's vocabulary without knowing the protocol: how failures are called, and
 * the port that is used when nobody says another. electron/host takes them from here.
 */

export { asHexdropError, errorTable, HexdropError, isErrorCode } from '../../shared/protocol/errors.ts';
export type { ErrorCode } from '../../shared/protocol/errors.ts';
export { defaultPort } from '../../shared/protocol/limits.ts';
