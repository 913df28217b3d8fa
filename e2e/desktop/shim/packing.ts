/** Messages on their way between page and main, as JSON: bytes become text. */

interface PackedBytes {
  readonly packedBytes: string;
}

const isPacked = (value: object): value is PackedBytes => 'packedBytes' in value;

export const pack = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { packedBytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pack(inner)]));
};

export const unpack = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== 'object' || value === null) return value;
  if (isPacked(value)) return new Uint8Array(Buffer.from(value.packedBytes, 'base64'));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner)]));
};
