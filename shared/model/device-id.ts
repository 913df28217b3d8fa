/** How a device id, 64 hex digits, is shown where people tell devices apart. */

/** Enough of a device id to tell devices apart by eye: `3f2a-99c1-04be`. */
export const shortDeviceId = (deviceId: string): string =>
  deviceId.slice(0, 12).replace(/(.{4})(?=.)/g, '$1-');
