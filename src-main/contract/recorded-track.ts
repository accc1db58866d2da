import { z } from 'zod';
import { trackRoles } from './track-roles.js';

/** A stretch of time during which a file holds what one published track delivered. */
export const recordedTrackSchema = z.object({
  /** LiveKit's id of it. */
  trackSid: z.string(),
  /** What its publisher calls it; may be empty. */
  name: z.string(),
  /** What it is for. Tracks that do not say count as camera or microphone. */
  role: z.enum(trackRoles),
  /** On the take's timeline. */
  fromMs: z.number().nonnegative(),
  /** Null while it is on. */
  untilMs: z.number().nonnegative().nullable(),
});
export type RecordedTrackEntry = z.infer<typeof recordedTrackSchema>;
