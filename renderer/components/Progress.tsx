/** How far something is, in sixteen cells like a row of a hex dump, and how fast it went. */

import './progress.css';

export interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1; absent while the total is unknown. */
  readonly fraction?: number | undefined;
  readonly tone?: 'sent' | 'received' | 'ok' | 'warn' | 'error' | 'idle';
  /** Already there from an earlier run, 0 to 1: shown lighter. */
  readonly resumedFraction?: number;
  readonly thin?: boolean;
  /** Spoken in place of the percentage: "12 of 48 MB". */
  readonly valueText?: string;
}

const width = (fraction: number): string => `${Math.max(0, Math.min(1, fraction)) * 100}%`;

export const ProgressBar = ({
  label,
  fraction,
  tone = 'idle',
  resumedFraction = 0,
  thin = false,
  valueText,
}: ProgressBarProps) => (
  <div
    className="progress"
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={fraction === undefined ? undefined : Math.floor(fraction * 100)}
    aria-valuetext={valueText}
    data-tone={tone}
    data-thin={thin || undefined}
    data-unknown={fraction === undefined || undefined}
  >
    <div className="progress-fill" style={{ width: width(fraction ?? 0) }} />
    {resumedFraction > 0 ? (
      <div className="progress-resumed" style={{ width: width(resumedFraction) }} />
    ) : null}
  </div>
);

export interface SparklineProps {
  /** The latest last. */
  readonly values: readonly number[];
  /** How many values the whole width stands for; fewer stand at the right end. */
  readonly span?: number;
  readonly width?: number;
  readonly height?: number;
  readonly tone?: 'sent' | 'received' | 'idle';
  /** Says the same in words; without it the picture is decoration. */
  readonly label?: string;
}

export const Sparkline = ({
  values,
  span = 60,
  width = 96,
  height = 24,
  tone = 'idle',
  label,
}: SparklineProps) => {
  const shown = values.slice(-span);
  const most = Math.max(1, ...shown);
  const step = width / Math.max(1, span - 1);
  const points = shown.map((value, index) => {
    const x = width - (shown.length - 1 - index) * step;
    const y = height - 1 - (value / most) * (height - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const from = width - (shown.length - 1) * step;
  return (
    <svg
      className="sparkline"
      data-tone={tone}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} className="sparkline-base" />
      {points.length > 1 ? (
        <>
          <polygon points={`${from.toFixed(1)},${height} ${points.join(' ')} ${width},${height}`} />
          <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />
        </>
      ) : null}
    </svg>
  );
};
