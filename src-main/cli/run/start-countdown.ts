import { setTimeout as wait } from 'node:timers/promises';
import { formatMoment, formatTimecode } from '../../format/time.js';
import type { CommandConsole } from '../output/command-console.js';

/** The wall clock may be set meanwhile: it is looked at so often, in milliseconds. */
const lookEveryMs = 250;
/** A line of the log for each minute that is left: a wait of an hour is 60 lines. */
const tellEveryMs = 60_000;

/**
 * Waits for a moment of the wall clock and shows how long that still takes: on a terminal all the time, elsewhere a line
 * a minute. Ends early when the signal is aborted.
 *
 * @param nowMs the wall clock, in milliseconds
 */
export async function untilStart(
  atMs: number,
  console: Pick<CommandConsole, 'isLive' | 'say' | 'showLive'>,
  signal: AbortSignal,
  nowMs: () => number = Date.now,
): Promise<void> {
  const at = new Date(atMs);
  console.say(`Recording starts at ${formatMoment(at)}.`);
  let toldAtMs = nowMs();
  try {
    for (let leftMs = atMs - nowMs(); leftMs > 0 && !signal.aborted; leftMs = atMs - nowMs()) {
      const text = `Starts in ${formatTimecode(Math.ceil(leftMs / 1000) * 1000)}`;
      if (console.isLive) console.showLive([text]);
      else if (nowMs() - toldAtMs >= tellEveryMs) {
        toldAtMs += tellEveryMs;
        console.say(text);
      }
      await wait(Math.min(leftMs, lookEveryMs), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    console.showLive([]);
  }
}
