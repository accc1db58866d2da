import { z } from 'zod';
import { deliverableSettingsSchema } from './deliverables.js';
import {
  countdownLimits,
  maxFilesLimits,
  memoryCeilingLimits,
  replayLimits,
  splitMinutesLimits,
} from './limits.js';
import { containerSchema } from './profile.js';
import { furtherAudioPlaceSchema, modeChoiceSchema } from './recording.js';

const themeSchema = z.enum(['dark', 'light', 'system']);

const profileNameSchema = z.enum(['720p30', '1080p30', 'source']);

/** What happens to people who are seen for the first time: armed, not armed, or a person is asked. */
export const newcomersSchema = z.enum(['on', 'off', 'ask']);
export type Newcomers = z.infer<typeof newcomersSchema>;

/** A room that was joined, as the form had it. */
const recentRoomSchema = z.object({
  url: z.string().max(2048),
  room: z.string().max(512),
  credentialKind: z.enum(['token', 'apiKey']),
  apiKey: z.string().max(512),
});
export type RecentRoom = z.infer<typeof recentRoomSchema>;

/** More than these are forgotten, the oldest first. */
export const maxRecentRooms = 8;

/** Remembered between sessions. No secret is among them. */
export const settingsSchema = z.object({
  url: z.string().max(2048),
  room: z.string().max(512),
  credentialKind: z.enum(['token', 'apiKey']),
  apiKey: z.string().max(512),
  outputFolder: z.string().min(1).max(4096),
  /** Where a take goes on when the disk of that folder fails; empty for none: it ends then. */
  fallbackFolder: z.string().max(4096),
  /** Where a second copy of each take is made while it is recorded; empty for none. */
  backupFolder: z.string().max(4096),
  /** How a take is recorded; in copy mode what would encode says nothing. */
  takeMode: modeChoiceSchema,
  profileName: profileNameSchema,
  container: containerSchema,
  crf: z.int().min(0).max(51),
  audioOnly: z.boolean(),
  /** Whether people are armed when they are seen for the first time. Earlier versions wrote true and false. */
  armsNewcomers: newcomersSchema,
  /** Null for the take's budget alone. Takes effect at once, also in a take that runs. */
  memoryCeilingMegabytes: z
    .int()
    .min(memoryCeilingLimits.minMegabytes)
    .max(memoryCeilingLimits.maxMegabytes)
    .nullable(),
  /** Files that may be open at once; null for as many as the recording machine carries. */
  maxFiles: z.int().min(maxFilesLimits.min).max(maxFilesLimits.max).nullable(),
  /** Where a further microphone of somebody goes. */
  furtherAudio: furtherAudioPlaceSchema,
  /** How much of the past can be saved, in seconds; null for nothing, which costs nothing. */
  replaySeconds: z.int().min(replayLimits.minSeconds).max(replayLimits.maxSeconds).nullable(),
  /** How long each part of a take is; null for one part, until somebody splits it. */
  splitEveryMinutes: z.int().min(splitMinutesLimits.min).max(splitMinutesLimits.max).nullable(),
  /** How long a countdown before a take is, in seconds; null for none. */
  countdownSeconds: z.int().min(countdownLimits.minSeconds).max(countdownLimits.maxSeconds).nullable(),
  /** Whether MP4 files are made of each copied take when it has ended. */
  makesMp4: z.boolean(),
  /** As they were made last, and are made by themselves. */
  mp4Fps: deliverableSettingsSchema.shape.fps,
  mp4Size: deliverableSettingsSchema.shape.size,
  theme: themeSchema,
  /** The latest first. */
  recentRooms: z.array(recentRoomSchema).max(maxRecentRooms),
});
export type Settings = z.infer<typeof settingsSchema>;
