interface BarProps {
  readonly label: string;
  readonly value: number;
  readonly cap: number;
  /** The highest of late, as a tick. */
  readonly peak?: number;
  /** The value as a person reads it. */
  readonly text: string;
  readonly tone?: 'neutral' | 'warning' | 'error';
}

/** How full something is that has a cap. */
export function Bar(props: BarProps): React.JSX.Element {
  const { label, value, cap, peak = value, text, tone = 'neutral' } = props;
  const share = cap <= 0 ? 0 : Math.min(1, Math.max(0, value / cap));
  const peakShare = cap <= 0 ? 0 : Math.min(1, Math.max(0, peak / cap));
  return (
    <div
      className={`bar bar--${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={cap}
      aria-valuenow={Math.min(value, cap)}
      aria-valuetext={text}
    >
      <span className="bar__fill" style={{ transform: `scaleX(${share})` }} />
      {peakShare > share && <span className="bar__peak" style={{ left: `${peakShare * 100}%` }} />}
    </div>
  );
}
