import { z } from 'zod';
import { participantDescriptionSchema } from './participant-description.js';
import { trackRoles } from './track-roles.js';

const consoleTrackSchema = z.object({
  /** By which alarms name it; left out by older versions. */
  trackSid: z.string().optional(),
  role: z.enum(trackRoles),
  kind: z.enum(['video', 'audio']),
  isMuted: z.boolean(),
  isSubscribed: z.boolean(),
  /** End to end. */
  isEncrypted: z.boolean(),
  /** It is encrypted and cannot be recorded: the recorder has no key. */
  needsKey: z.boolean().optional(),
  declaredSize: z.object({ width: z.int(), height: z.int() }).nullable(),
  /** Why it is not received although it is to be recorded, in a sentence; null, or left out, when it is. */
  missingReason: z.string().nullable().optional(),
});

/** Somebody in the room, or in the running take, with what they publish. */
export const consoleParticipantSchema = z.object({
  identity: z.string(),
  name: z.string(),
  /** False for somebody who left and is still armed, or has a file in the running take. */
  isPresent: z.boolean(),
  isArmed: z.boolean(),
  /** They joined, and nobody has said yet whether they are recorded; left out by older versions. */
  isAsked: z.boolean().optional(),
  tracks: z.array(consoleTrackSchema),
  /** What the application says of them. */
  description: participantDescriptionSchema.optional(),
});
export type ConsoleParticipant = z.infer<typeof consoleParticipantSchema>;
