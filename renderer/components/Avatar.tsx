/**
 * A device's face: the first sixteen digits of its id as four rows of four cells, in its hue. The same id looks the same
 * on every screen; two devices of one name do not.
 */

import './avatar.css';

export interface AvatarProps {
  /** The device id where it is known, else anything that tells devices apart (`host:port`). */
  readonly id: string;
  readonly hue: number;
  readonly size?: 24 | 32 | 40 | 56;
  /** Not reachable now. */
  readonly faded?: boolean;
}

/** Sixteen values from 0 to 15. An id in hex gives its own digits; other text is stirred (FNV-1a). */
const cellsOf = (id: string): readonly number[] => {
  if (/^[0-9a-f]{16}/u.test(id))
    return Array.from({ length: 16 }, (_, index) => Number.parseInt(id.charAt(index), 16));
  let stirred = 0x811c_9dc5;
  return Array.from({ length: 16 }, (_, index) => {
    for (const character of `${index}${id}`)
      stirred = Math.imul(stirred ^ (character.codePointAt(0) ?? 0), 0x0100_0193);
    return (stirred >>> 12) & 15;
  });
};

export const Avatar = ({ id, hue, size = 40, faded = false }: AvatarProps) => (
  <svg
    className="avatar"
    data-faded={faded || undefined}
    viewBox="0 0 23 23"
    width={size}
    height={size}
    style={{ '--hue': hue } as React.CSSProperties}
    shapeRendering="crispEdges"
    aria-hidden
  >
    {cellsOf(id).map((value, index) => (
      <rect
        key={index}
        x={1 + (index % 4) * 5.5}
        y={1 + Math.floor(index / 4) * 5.5}
        width="4.5"
        height="4.5"
        opacity={0.16 + (value / 15) * 0.84}
      />
    ))}
  </svg>
);

/** "3f9a c2d1": enough of an id to tell devices apart at a glance. */
export const shortId = (deviceId: string): string => `${deviceId.slice(0, 4)} ${deviceId.slice(4, 8)}`;
