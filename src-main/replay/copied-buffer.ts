import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { CopiedReplay } from '../take/take-media.js';
import type { ReplayedRun } from './kept-run.js';

/** The last minutes as they were sent, kept by a process of its own while nothing is recorded. */
export interface CopiedBuffer {
  /** What a manifest has of it. */
  readonly run: Pick<ReplayedRun, 'audioOnly' | 'moments' | 'participants' | 'startedAt'>;
  readonly replay: CopiedReplay;
  /** The process, and its resident memory. */
  readonly processId: number | undefined;
  readonly processRssBytes: number;
  /** Somebody is described in another way. */
  participantChanged(participant: ParticipantInfo): void;
  /** Ends it; what is being saved is written before. Never rejects. */
  close(): Promise<void>;
}
