/** Devices: keep, verify, diagnose. The list itself is in the snapshot. */

import * as v from 'valibot';

import type { DoctorReport } from '../../model/device.ts';
import { cardId, count, nothing, target } from './atoms.ts';
import { call, parserOf } from './define.ts';

const doctorReport = parserOf<DoctorReport>()(
  v.object({
    steps: v.array(
      v.object({
        tried: v.picklist([
          'resolve',
          'route',
          'dial',
          'dial-other-port',
          'handshake',
          'same-subnet',
          'interfaces',
        ]),
        outcome: v.picklist(['good', 'bad', 'unsure']),
        subject: v.string(),
        tookMs: v.exactOptional(v.number()),
        code: v.exactOptional(v.string()),
      }),
    ),
    causes: v.array(
      v.picklist([
        'fine',
        'firewall-there',
        'not-running-there',
        'other-subnet',
        'vpn',
        'no-network',
        'name-unknown',
        'name-server-silent',
        'other-program',
        'key-changed',
        'unknown',
      ]),
    ),
  }),
);

export const deviceCalls = {
  'devices.favourite': call(v.strictObject({ id: cardId, on: v.boolean() }), nothing),
  /** Forgets its key and its addresses. An announced device comes back as a new one. */
  'devices.forget': call(v.strictObject({ id: cardId }), nothing),
  /** The person compared the words of both devices. */
  'devices.verify': call(v.strictObject({ id: cardId, on: v.boolean() }), nothing),
  /** Refused for a device that is not verified. */
  'devices.autoAccept': call(v.strictObject({ id: cardId, on: v.boolean() }), nothing),
  /** The words of a device's id, to be compared with what its own window shows. */
  'devices.words': call(v.strictObject({ id: cardId }), v.object({ words: v.array(v.string()) })),
  /** Dials and ends: who answers there, and how long it took. */
  'devices.probe': call(v.strictObject({ to: target }), v.object({ id: cardId, tookMs: count })),
  'devices.diagnose': call(v.strictObject({ to: target }), doctorReport),
  /** Looks again now, on all interfaces. */
  'devices.refresh': call(nothing, nothing),
};
