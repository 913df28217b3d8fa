/** Examines the way to another device, and this machine. Needs no engine. */

export { diagnose } from './doctor/doctor.ts';
export { examineMachine } from './doctor/machine/examination.ts';
export type { MachineCheck, MachineFinding } from './doctor/machine/examination.ts';
export { machineMeans } from './doctor/machine/means.ts';
