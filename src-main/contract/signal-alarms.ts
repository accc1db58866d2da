import { z } from 'zod';
import { trackRoles } from './track-roles.js';

/** What can be wrong with a track that is on: published, subscribed and not muted. */
export const signalAlarmKinds = [
  /** No frame arrives, or none that can be decoded. */
  'noFrames',
  /** Frames arrive, and all of them show the same. */
  'frozenVideo',
  /** Less than 80 % of the frames that its source sends arrive. */
  'lowFrameRate',
  /** No audio arrives. */
  'noAudio',
  /** Audio arrives in which every sample is zero. */
  'digitalSilence',
  /** It is end-to-end encrypted, and the recorder's key does not fit. */
  'notDecrypted',
] as const;
export const signalAlarmKindSchema = z.enum(signalAlarmKinds);
export type SignalAlarmKind = z.infer<typeof signalAlarmKindSchema>;

const subject = {
  trackSid: z.string(),
  identity: z.string(),
  role: z.enum(trackRoles),
  kind: signalAlarmKindSchema,
  /** Whether anything had come of the track before; otherwise it never delivered. */
  hadSignal: z.boolean(),
};

/** An alarm that is on at the moment. */
export const signalAlarmSchema = z.object({
  ...subject,
  /** For how long the signal has been missing by now. */
  durationMs: z.number().nonnegative(),
});
export type SignalAlarm = z.infer<typeof signalAlarmSchema>;

/** An alarm of a take: what its files lack. */
export const signalGapSchema = z.object({
  ...subject,
  /** The file that lacks it; null when it has none. */
  file: z.string().nullable(),
  /** On the take's timeline: since when the signal was missing, not when it was noticed. */
  fromMs: z.number().nonnegative(),
  /** Null while it lasts, and where it lasted until the end of the take. */
  toMs: z.number().nonnegative().nullable(),
  /** Why it is over although the signal never came back; absent where it did, and while it lasts. */
  endedBy: z
    .enum([
      /** The track was muted, or has ended. */
      'muted',
      'ended',
      /** It is published, and the recorder receives it no more. */
      'notReceived',
      /** Another alarm of the same track followed upon it. */
      'otherAlarm',
    ])
    .optional(),
});
export type SignalGap = z.infer<typeof signalGapSchema>;
