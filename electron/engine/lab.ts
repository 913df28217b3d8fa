/** The lab: what students try on sockets of this machine. Needs no engine. */

export { liveConnection } from './lab/connection-life.ts';
export { runOverLoopback } from './lab/loopback.ts';
export { checkFileServer } from './lab/file-server/checks.ts';
export type { CheckName } from './lab/file-server/checks.ts';
