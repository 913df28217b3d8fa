/** The lab: what students try on sockets of this machine. Needs no engine. */

export { runOverLoopback } from './lab/loopback.ts';
