/** Captures without an engine: what is recorded is opened, filtered and written. capture-api.ts has their types. */

export { Captures } from './capture/captures.ts';
export { byteSearch } from './capture/find-bytes.ts';
