import { useEffect, useState } from 'react';

/** Times on screen are whole minutes, or the rest of a token's hours. */
const drawnAgainAfterMs = 10_000;

/**
 * The wall clock in milliseconds since 1970, for texts such as "2 minutes ago": at most 10 s old. A component that
 * read the clock itself would change with each drawing, whatever its reason.
 */
export function useWallClock(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) setNowMs(Date.now());
    }, drawnAgainAfterMs);
    return () => window.clearInterval(timer);
  }, []);
  return nowMs;
}
