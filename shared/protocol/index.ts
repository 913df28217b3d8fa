/**
 * The protocol as a library, `hexdrop/protocol`: pure TypeScript for any environment with Uint8Array and DataView. What is
 * exported here is what a dissector in a page, a server of one's own, or a check of a capture needs. docs/LIBRARY.md.
 */

export { messageByNumber, messages, typeByNumber, typeLabel, typeNames, typeNumber } from './catalog.ts';
export type { ManifestEntry, Message, PackEntry, Payload, TypeName } from './catalog.ts';
export { decodeMessage, decodePayload, decodePayloadOf, encodeFrame } from './codec.ts';
export type { Decoded, Place } from './codec.ts';
export { dissect, leavesOf } from './dissect.ts';
export type { DissectNode } from './dissect.ts';
export { errorTable, HexdropError, isErrorCode } from '../errors/errors.ts';
export type { ErrorCode, ErrorDetails } from '../errors/errors.ts';
export { predicateOf } from './filter/evaluate.ts';
export type { FilterWorld, RowPredicate } from './filter/evaluate.ts';
export { parseFilter } from './filter/parse.ts';
export type { ParsedFilter } from './filter/parse.ts';
export { printFilter } from './filter/syntax.ts';
export type { Filter, FilterFault } from './filter/syntax.ts';
export { FrameScanner } from './frame-scanner.ts';
export type { Loose, ScannedFrame, ScannerHandler } from './frame-scanner.ts';
export { FrameParser } from './framing.ts';
export type { FrameHandler } from './framing.ts';
export { decodeHeader, encodeHeader, flagLast, flagOptional } from './header.ts';
export type { FrameHeader } from './header.ts';
export { chunkBytes, headerBytes, limits, limitTable, magic, protocolVersion } from './limits.ts';
export { defaultPort } from '../model/peer.ts';
export { englishPhrases } from './phrases-en.ts';
export { rendered } from './phrases.ts';
export type { Phrase, PhraseArgs, PhraseTable } from './phrases.ts';
export { summaryOf } from './summary.ts';
export type { SummarisedFrame } from './summary.ts';
