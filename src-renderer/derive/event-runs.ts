import type { RecorderEvent } from '../../src-main/contract/snapshot.js';
import { saysTheSame } from '../../src-main/format/event-text.js';

/** The same thing several times in a row, as one line. */
export interface EventRun {
  readonly latest: RecorderEvent;
  readonly count: number;
  /** Whom it happened to, without those whom the message names. */
  readonly identities: readonly string[];
}

/**
 * Events as they are listed: what repeats every second becomes one line that counts, so that it does not
 * push everything else out of sight.
 *
 * @param events the newest first
 */
export function runsOf(events: readonly RecorderEvent[], maxRuns: number): EventRun[] {
  const runs: EventRun[] = [];
  for (const event of events) {
    const last = runs[runs.length - 1];
    if (last !== undefined && isRepeat(event, last.latest)) {
      const identities = withIdentity(last.identities, event, last.latest.message);
      runs[runs.length - 1] = { latest: last.latest, count: last.count + 1, identities };
      continue;
    }
    if (runs.length === maxRuns) break;
    runs.push({ latest: event, count: 1, identities: withIdentity([], event, event.message) });
  }
  return runs;
}

/** What one message says of a file, or of somebody by name, is not said of another. */
function isRepeat(event: RecorderEvent, latest: RecorderEvent): boolean {
  return latest.level !== 'info' && latest.name === event.name && saysTheSame(latest.message, event.message);
}

function withIdentity(
  identities: readonly string[],
  { identity }: RecorderEvent,
  message: string,
): readonly string[] {
  const isTold = identity === null || identities.includes(identity) || message.includes(identity);
  return isTold ? identities : [...identities, identity].sort();
}
