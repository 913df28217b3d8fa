/**
 * What users of the engine need of the protocol's vocabulary without knowing the protocol: how failures are called,
 * the port that is used when nobody says another, and the order in which names are told. electron/host takes them from here.
 */

export { asHexdropError, errorTable, HexdropError, isErrorCode } from '../../shared/errors/errors.ts';
export type { ErrorCode } from '../../shared/errors/errors.ts';
export { defaultPort } from '../../shared/protocol/limits.ts';
export { compareUtf8 } from '../../shared/protocol/text.ts';
