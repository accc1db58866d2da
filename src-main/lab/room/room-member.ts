import type { ParticipantAction } from './participant-spec.js';
import type { PublisherFigures } from './publisher-messages.js';

/** A synthetic participant, whatever publishes for it. Actions come one at a time. */
export interface RoomMember {
  /** Resolves when the action is done. */
  perform(action: ParticipantAction): Promise<void>;
  figures(): Promise<PublisherFigures['participants'][number]>;
  /** Idempotent. */
  leave(): Promise<void>;
}
