import { z } from 'zod';
import { trackRoles } from './track-roles.js';

/**
 * Why the session that a track was received over was for one channel of audio: the server has no other, the token may not
 * publish, or the session before had stopped hearing the server.
 */
export const monoReasons = ['server', 'token', 'stalled'] as const;
export type MonoReason = (typeof monoReasons)[number];

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
  /** Of audio: what was sent in stereo is mixed to mono, and why. Absent where stereo is kept, and where that is not known. */
  mixedToMono: z.enum(monoReasons).optional(),
});
export type RecordedTrackEntry = z.infer<typeof recordedTrackSchema>;
