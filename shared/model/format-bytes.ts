/** Sizes in English words as people read them. Decimal units, as disks and networks are sold. */

export const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

export const byteUnitIndexOf = (bytes: number): number => {
  let index = 0;
  // 999,500 would round to "1000 kB": the next unit starts where three digits end.
  for (let rest = bytes; rest >= 999.5 && index < byteUnits.length - 1; rest /= 1000) index += 1;
  return index;
};

const threeDigits = (value: number): string => {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
};

/** "512 B", "1.23 GB": three digits. */
export const formatBytes = (bytes: number): string => {
  const index = byteUnitIndexOf(bytes);
  return index === 0 ? `${Math.round(bytes)} B` : `${threeDigits(bytes / 1000 ** index)} ${byteUnits[index]}`;
};
