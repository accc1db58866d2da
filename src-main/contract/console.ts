import { z } from 'zod';
import { connectionFormSchema, connectionStepSchema } from './connection-test.js';
import { consoleParticipantSchema } from './console-participant.js';
import { deliverableSettingsSchema, deliveryStateShape } from './deliverables.js';
import { endedTakeSchema } from './ended-take.js';
import { errorReportSchema } from './error-report.js';
import type { Result } from './errors.js';
import { activeFaultSchema, faultSchema } from './faults.js';
import { historySchema, takeMemorySchema } from './history.js';
import { markerSchema } from './manifest.js';
import {
  feedSchema,
  heardAudioSchema,
  levelSchema,
  listenSchema,
  liveImageSchema,
  thumbnailSchema,
} from './media-events.js';
import { takeModeSchema } from './recording.js';
import { settingsSchema } from './settings.js';
import {
  connectionStateSchema,
  earlierConnectionsSchema,
  eventSchema,
  recorderStateSchema,
  snapshotSchema,
} from './snapshot.js';
import { soakSchema } from './soak.js';
import { openRoomSchema, serverFormSchema, sourceFormSchema } from './source-form.js';
import { contentSchema } from './stamps.js';
import {
  takeCheckSchema,
  takeDescriptionSchema,
  takeEntrySchema,
  takeRecoverySchema,
  takeVerificationSchema,
  trashedTakeSchema,
  writtenMarkerSchema,
} from './takes.js';
import { showSchema } from './unbounded.js';

/**
 * The one contract between the engine and a console, whatever carries it: Electron's IPC or a WebSocket.
 *
 * A console calls commands, each with one input and one {@link Result}, and listens to events. Inputs are
 * parsed at the border; nothing secret ever travels towards the console.
 */

const identitySchema = z.string().min(1).max(512);
/** A take is named by its folder's name: one path component. */
const takeNameSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[/\\\p{Cc}]/u.test(name) && name !== '.' && name !== '..', 'not the name of a take');

/** What changes slowly; sent whole whenever it changes. */
const consoleStateSchema = z.object({
  schema: z.literal('plateau.console/2'),
  version: z.string(),
  recorder: recorderStateSchema,
  connection: connectionStateSchema,
  source: z
    .object({
      kind: z.enum(['server', 'demo']),
      host: z.string(),
      room: z.string(),
      /** What it was joined with; left out by older versions. */
      credentialKind: z.enum(['token', 'apiKey']).optional(),
    })
    .nullable(),
  participants: z.array(consoleParticipantSchema),
  take: z
    .object({
      name: z.string(),
      startedAt: z.iso.datetime(),
      markers: z.array(markerSchema),
      /** What comes now is in no file; left out by older versions. */
      isPaused: z.boolean().optional(),
      /** How it is recorded; left out by older versions, which encode. */
      mode: takeModeSchema.optional(),
    })
    .nullable(),
  /** A take begins in so many seconds; null, or left out, while none is about to. */
  countdownSeconds: z.int().positive().nullable().optional(),
  /** The soak that runs, or ran last in this room. */
  soak: soakSchema.nullable(),
  /** The take with and without caps that runs, or ran last in this room; left out by older versions. */
  show: showSchema.nullable().optional(),
  /** What the lab is breaking at the moment. */
  faults: z.array(activeFaultSchema),
  /** Takes that have ended, whose files play and are being checked, the oldest first; left out by older versions. */
  checks: z.array(takeCheckSchema).optional(),
  ...deliveryStateShape,
  /** Takes that have ended, however that was: those that are being checked, and the latest others, the oldest first; left out by older versions. */
  endedTakes: z.array(endedTakeSchema).optional(),
  /** 0 to 1 while a take is finalized. */
  finalizingFraction: z.number().nullable(),
  /** The latest failure that a person should see; cleared by `dismissProblem` and by the next command. */
  problem: errorReportSchema.nullable(),
  /** Why the server of the room is not reached, while it is tried again and again; left out by older versions. */
  serverProblem: errorReportSchema.nullable().optional(),
  /** Takes of the output folder whose recorder is gone, and which nobody has finished; left out by older versions. */
  interruptedTakes: z.array(z.string()).optional(),
  /** How often a command of any console has changed takes of the output folder; left out by older versions. */
  takesRevision: z.int().nonnegative().optional(),
  /** Told here as well, for a console that is in no room and hears no snapshots. */
  earlierConnections: earlierConnectionsSchema,
  settings: settingsSchema,
  remembered: z.object({
    hasToken: z.boolean(),
    hasApiSecret: z.boolean(),
    /** Of end-to-end encryption. */
    hasMediaKey: z.boolean().optional(),
  }),
  host: z.object({
    kind: z.enum(['electron', 'browser']),
    /** Whether a secret can be kept encrypted between sessions. */
    keepsSecrets: z.boolean(),
    /** Whether folders can be chosen and shown in the file manager. */
    hasFileManager: z.boolean(),
    /** Whether the recorder's program can end and start itself anew. */
    canRestart: z.boolean(),
    /** A take's file plays at `${mediaBaseUrl}${takeName}/${file}`, both encoded. */
    mediaBaseUrl: z.string(),
  }),
});
export type ConsoleState = z.infer<typeof consoleStateSchema>;

const nothing = z.object({}).strict();
const namedTake = z.object({ takeName: takeNameSchema }).strict();
const momentOfTake = z.object({ takeMs: z.number() });

/** Every command: what goes in and what comes out. */
export const commands = {
  /** The present state; the first thing a console asks. */
  getState: { input: nothing, output: consoleStateSchema },
  /** Joins a room. */
  connect: { input: sourceFormSchema, output: z.null() },
  /** Asks a server which rooms are open, without joining any: those with most people first. */
  listRooms: { input: serverFormSchema, output: z.array(openRoomSchema) },
  /** Tries a connection without joining: nobody sees it. It ends within ten seconds, or when another test or a join begins. */
  testConnection: { input: connectionFormSchema, output: z.array(connectionStepSchema) },
  /** Starts a server with synthetic people on this machine and joins it. */
  connectDemo: { input: nothing, output: z.null() },
  /** Leaves the room; refused while a take runs. */
  disconnect: { input: nothing, output: z.null() },
  /** Whether somebody is recorded in the next take; a take that runs records them from now on, and lets nobody go. */
  arm: { input: z.object({ identity: identitySchema, isArmed: z.boolean() }).strict(), output: z.null() },
  /** Starts a take; or the countdown before it, when one is set: then `takeName` is empty. */
  startTake: { input: nothing, output: z.object({ takeName: z.string() }) },
  /** Ends the countdown: no take begins. */
  cancelStart: { input: nothing, output: z.null() },
  /** Ends the take; answers when its files are finalized and verified. */
  stopTake: {
    input: nothing,
    output: z.object({
      takeName: z.string(),
      isVerified: z.boolean(),
      /** 0: nobody was recorded, and there is nothing to verify. */
      files: z.int().nonnegative().optional(),
      isComplete: z.boolean().optional(),
      /** What is said of its content. */
      content: contentSchema.nullable().optional(),
    }),
  },
  /** What comes from now on is in no file, until it is resumed. `takeMs`: where that stands in the files. */
  pauseTake: { input: nothing, output: momentOfTake },
  /** The take goes on, in the same files, right behind what was before the pause. */
  resumeTake: { input: nothing, output: momentOfTake },
  /**
   * Every file of the take goes on in another one, from the same moment on: `takeMs`, a second from now, so that its encoder
   * stands by then. `part` is the number of the part that begins there.
   */
  splitTake: { input: nothing, output: z.object({ takeMs: z.number(), part: z.int() }) },
  /** A take that is encoded is copied from now on, in its next part, at `takeMs`; answers when nothing is encoded any more. */
  continueCopied: { input: nothing, output: z.object({ takeMs: z.number(), part: z.int() }) },
  /** Saves the last minutes as a take of their own, also while one is recorded; it is finished and checked afterwards. */
  saveReplay: { input: nothing, output: z.object({ takeName: z.string(), durationMs: z.number() }) },
  /**
   * The take goes on in another folder, in its next part, from `takeMs` on. `folder` is where its folder is made; null asks the
   * person for it, and null is the answer when they cancel.
   */
  moveTake: {
    input: z.object({ folder: z.string().min(1).max(4096).nullable() }).strict(),
    output: z.object({ takeMs: z.number(), part: z.int() }).nullable(),
  },
  /** Starts a take that ends by itself after some minutes, and says whether its memory was flat. */
  startSoak: {
    input: z.object({ minutes: z.number().min(0.1).max(1440) }).strict(),
    output: z.object({ takeName: z.string() }),
  },
  /** Records the demo room with caps and, beside it, without, while no encoder takes anything; the take ends by itself. */
  startShow: {
    input: z.object({ seconds: z.number().min(15).max(300).default(40) }).strict(),
    output: z.object({ takeName: z.string() }),
  },
  /** `agoMs`: how long ago the moment was that is marked; a name takes its time to type. */
  addMarker: {
    input: z.object({ label: z.string().max(200), agoMs: z.number().min(0).default(0) }).strict(),
    output: markerSchema,
  },
  /** Breaks something on purpose, for a while; outside of the demo room only when it is confirmed. */
  startFault: {
    input: z.object({ fault: faultSchema, isConfirmed: z.boolean() }).strict(),
    output: activeFaultSchema,
  },
  /** Mends it before its time. */
  stopFault: { input: z.object({ id: z.int().positive() }).strict(), output: z.null() },
  /** Ends the recorder's program and starts it anew, which frees all of its memory; refused while a take runs. */
  restart: { input: nothing, output: z.null() },
  dismissProblem: { input: nothing, output: z.null() },
  updateSettings: { input: settingsSchema.partial().strict(), output: settingsSchema },
  /** Asks the person for the folder of the takes; null when they cancel. */
  chooseOutputFolder: { input: nothing, output: z.string().nullable() },
  listTakes: { input: nothing, output: z.array(takeEntrySchema) },
  /** Decodes every file of a take. */
  verifyTake: { input: namedTake, output: takeVerificationSchema },
  /** Moves a take to the trash of its output folder, from which it can be restored; or deletes it at once, for good. */
  deleteTake: {
    input: namedTake.extend({ isForGood: z.boolean().default(false) }).strict(),
    output: z.object({
      /** By which it is restored; null when it was deleted for good. */
      trashId: z.string().nullable(),
    }),
  },
  listTrash: { input: nothing, output: z.array(trashedTakeSchema) },
  restoreTake: { input: z.object({ trashId: z.string().max(40) }).strict(), output: namedTake },
  /** Deletes for good what is in the trash, or one take of it. */
  emptyTrash: {
    input: z.object({ trashId: z.string().max(40).nullable() }).strict(),
    output: z.object({ takes: z.int(), bytes: z.number() }),
  },
  /** Gives a take a title and a note; both empty take them away. Also while it is recorded. */
  describeTake: {
    input: namedTake.extend(takeDescriptionSchema.shape).strict(),
    output: takeDescriptionSchema,
  },
  /**
   * Adds a marker to a take that has ended (`before` is null), changes it, or deletes it (`after` is null). The answer is all
   * of its markers. `before` is the marker as it was read: when it is another one by now, the command is refused.
   */
  changeMarker: {
    input: namedTake
      .extend({ before: markerSchema.strict().nullable(), after: writtenMarkerSchema.nullable() })
      .strict(),
    output: z.array(markerSchema),
  },
  /** Finishes what an interrupted recorder left of a take; refused while a take runs. */
  recoverTake: { input: namedTake, output: takeRecoverySchema },
  /**
   * Makes MP4 files of a take that has none, at low priority, also beside another take, when those asked for before are made:
   * answers at once with how many these are. What is there is kept, and what was interrupted goes on where it was, also when the
   * program ended meanwhile.
   */
  deliverTake: {
    /** As the console's settings have it, where it is left out. */
    input: namedTake.extend({ settings: deliverableSettingsSchema.strict().optional() }).strict(),
    output: z.object({ ahead: z.int().nonnegative() }),
  },
  /** Ends the making of a take's MP4 files, or its wait; finished ones are kept. Without a name it is the one that is made. */
  cancelDelivery: { input: namedTake.partial().strict(), output: z.null() },
  /** A take's report as a page of its own, also while the take runs. */
  readReport: { input: namedTake, output: z.object({ fileName: z.string(), html: z.string() }) },
  readTakeMemory: { input: namedTake, output: takeMemorySchema },
  /** Shows the take in the file manager. */
  revealTake: { input: namedTake, output: z.null() },
  /** The next frame of somebody, larger than a thumbnail; null when none came within half a second. */
  nextImage: { input: feedSchema, output: liveImageSchema.nullable() },
  /** What somebody says behind the sample `after`, or from now on; null when nothing was heard within half a second. */
  nextAudio: { input: listenSchema, output: heardAudioSchema.nullable() },
  /** What the engine knows of the room since it was joined: for a window that was not there. */
  readHistory: { input: nothing, output: historySchema },
  /** Everything the session's telemetry holds, as NDJSON. */
  exportTelemetry: { input: nothing, output: z.object({ fileName: z.string(), ndjson: z.string() }) },
} as const;

export type CommandName = keyof typeof commands;
export type CommandInput<Name extends CommandName> = z.infer<(typeof commands)[Name]['input']>;
export type CommandOutput<Name extends CommandName> = z.infer<(typeof commands)[Name]['output']>;

/** What the engine tells a console without being asked. At most ten snapshots and levels a second. */
export const consoleEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state: consoleStateSchema }),
  z.object({ type: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.object({ type: z.literal('event'), event: eventSchema }),
  z.object({ type: z.literal('levels'), levels: z.array(levelSchema) }),
  z.object({ type: z.literal('thumbnail'), thumbnail: thumbnailSchema }),
  /** 0 to 1 of a verification that a console asked for. */
  z.object({ type: z.literal('verifying'), takeName: z.string(), fraction: z.number() }),
]);
export type ConsoleEvent = z.infer<typeof consoleEventSchema>;

/** The contract as a console holds it in its hands. */
export interface ConsoleApi {
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Result<CommandOutput<Name>>>;
  /** @returns what ends the subscription */
  subscribe(listener: (event: ConsoleEvent) => void): () => void;
}
