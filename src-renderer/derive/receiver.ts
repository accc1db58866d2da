import type { RecorderEvent } from '../../src-main/contract/snapshot.js';

/** What has become of the process that receives in copy mode, which was gone in the take that runs. */
export interface ReceiverNews {
  /** Whether another one receives by now. */
  readonly isBack: boolean;
  /** What the recorder says of it, in sentences. */
  readonly message: string;
  /** When it happened: by this it is told from another time. */
  readonly at: string;
}

const names: ReadonlySet<string> = new Set(['receiverEnded', 'receiverBack', 'takeStarted', 'takeStopped']);

/**
 * What was said of it last in this take.
 *
 * @param events the newest first
 * @returns null where it was not gone, and where the take has ended with it, which is a problem of its own
 */
export function receiverNews(events: readonly RecorderEvent[]): ReceiverNews | null {
  const last = events.find(({ name }) => names.has(name));
  const isBack = last?.name === 'receiverBack';
  // One that is not replaced has no part in which the take goes on.
  if (
    last === undefined ||
    !(isBack || (last.name === 'receiverEnded' && last.details['part'] !== undefined))
  )
    return null;
  return { isBack, message: last.message, at: last.at };
}
