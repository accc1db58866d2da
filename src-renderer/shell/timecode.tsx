import { useEffect, useRef } from 'react';
import { formatTimecode } from '../../src-main/format/time.js';
import { useModel } from '../model/model-context.js';

/** Snapshots stop arriving when the recorder is out of reach: the clock must not pretend to know. */
const trustedForMs = 3_000;
const tickMs = 1_000;
const idleLookMs = 500;

interface TimecodeProps {
  /** The latest snapshot may still be one of a take that has ended. */
  readonly hasTake: boolean;
  readonly isRunning: boolean;
}

/**
 * The take's clock. It ticks by this window's own clock between snapshots, and writes its text itself: React
 * has nothing to do with it.
 */
export function Timecode({ hasTake, isRunning }: TimecodeProps): React.JSX.Element {
  const { telemetry, now } = useModel();
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let timer: number | undefined;
    let written = '';
    const write = (): void => {
      const { takeMs, heardAtMs } = telemetry.clock;
      const sinceMs = isRunning ? Math.min(now() - heardAtMs, trustedForMs) : 0;
      const atMs = takeMs === null || !hasTake ? 0 : takeMs + sinceMs;
      const text = formatTimecode(atMs);
      if (ref.current !== null && text !== written) ref.current.textContent = text;
      written = text;
      const isTicking = isRunning && takeMs !== null && sinceMs < trustedForMs;
      // Woken at the next second and not later, so that none is skipped.
      const waitMs = isTicking ? tickMs - (atMs % tickMs) + 1 : idleLookMs;
      if (!document.hidden) timer = window.setTimeout(write, waitMs);
    };
    const wake = (): void => {
      window.clearTimeout(timer);
      write();
    };
    document.addEventListener('visibilitychange', wake);
    write();
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [telemetry, now, hasTake, isRunning]);
  return (
    <span
      ref={ref}
      className={isRunning ? 'timecode timecode--running' : 'timecode'}
      role="timer"
      aria-label="Take time"
      aria-live="off"
    />
  );
}
