import { resolve } from 'node:path';
import type { DeliverableSettings } from '../../contract/deliverables.js';
import { PlateauError } from '../../contract/errors.js';
import { maxFilesLimits, replayLimits, splitLimits } from '../../contract/limits.js';
import { defaultProfileName, profiles } from '../../contract/profile.js';
import { furtherAudioPlaceSchema, type Source, type TakeRequest } from '../../contract/recording.js';
import { assertRoomNamed } from '../../contract/room-name.js';
import { readTokenClaims } from '../../livekit/connect/access-token.js';
import { parseServerUrl } from '../../livekit/connect/server-url.js';
import { assertTokenLeadsTo } from '../../livekit/connect/token-provider.js';
import { Complaints } from './complaints.js';
import { parseDurationMs } from './parse-duration.js';
import { parseMemoryCeiling, parseSplitSize } from './parse-size.js';
import { type ProfileOptions, readProfile } from './profile-options.js';
import { readRecordDeliver } from './record-deliver.js';
import { readMode } from './record-mode.js';
import type { RecordOptions } from './record-options.js';
import { parseStartAt } from './start-time.js';

/** What is to be recorded, checked as far as possible without asking anybody. */
export interface RecordPlan {
  readonly source: Source;
  readonly request: TakeRequest;
  /** Whether it is encoded or copied is decided when the room has been seen. */
  readonly choosesMode: boolean;
  /** How much of the past can be saved with a key, in seconds; null for nothing. */
  readonly replaySeconds: number | null;
  /** When the room is joined, in milliseconds of the wall clock; null joins it now. */
  readonly startAtMs: number | null;
  /** How much is recorded, pauses left out; null records until it is stopped. */
  readonly durationMs: number | null;
  /** How long an empty room may stay empty; null waits for ever. */
  readonly waitMs: number | null;
  /** When the meeting is over: wait for the next one in the same room. */
  readonly waitsForNext: boolean;
  /** How MP4 files are made of a take that has ended; null when none are. */
  readonly deliver: DeliverableSettings | null;
}

/** Where takes go when `--out` is left out: below the folder that the command was started in. */
const defaultOutputFolder = './takes';

/**
 * Reads options and environment; options win.
 *
 * @throws PlateauError with exit code 2
 */
export function readRecordPlan(options: RecordOptions, environment: NodeJS.ProcessEnv): RecordPlan {
  const wrong = new Complaints();
  const url = wrong.read(() => readUrl(options, environment), '');
  const credentials = wrong.read(() => readCredentials(options, environment), unread);
  const room = options.room?.trim() ?? null;
  wrong.read(() => assertLeadsToRoom(credentials, room), undefined);
  const durationMs = wrong.read(() => readOptional(options.duration, '--duration'), null);
  const unreadMode: ReturnType<typeof readMode> = { profile: profiles[defaultProfileName] };
  const { choosesMode = false, ...mode } = wrong.read(() => readMode(options, credentials), unreadMode);
  const plan: RecordPlan = {
    source: { url, room, credentials },
    request: {
      outputFolder: readOutputFolder(options),
      ...readFurtherFolders(options),
      ...mode,
      audioOnly: options.audioOnly ?? false,
      participants: wrong.read(() => readIdentities(options), null),
      plannedMs: durationMs,
      ...wrong.read(() => readMaxFiles(options), {}),
      ...wrong.read(() => readFurtherAudio(options), {}),
      ...wrong.read(() => readSplitEvery(options), {}),
      ...wrong.read(() => readSplitSize(options), {}),
      memoryCeilingBytes: wrong.read(() => readMemoryCeiling(options), null),
    },
    choosesMode,
    replaySeconds: wrong.read(() => readReplay(options), null),
    startAtMs: wrong.read(() => readStartAt(options), null),
    durationMs,
    waitMs: wrong.read(() => readOptional(options.wait, '--wait'), null),
    waitsForNext: options.waitForNext ?? false,
    deliver: wrong.read(() => readRecordDeliver(options), null),
  };
  wrong.end();
  return plan;
}

/** Stands in for credentials that are wrong, while the rest of a command line is read. */
const unread: Source['credentials'] = { apiKey: '', apiSecret: '' };

function readUrl(options: RecordOptions, environment: NodeJS.ProcessEnv): string {
  const url = options.url?.trim() ?? fromEnvironment(environment, 'LIVEKIT_URL');
  if (url === undefined) {
    throw new PlateauError(
      'usage',
      'No server is named.',
      'Name it with --url wss://..., or set LIVEKIT_URL.',
    );
  }
  parseServerUrl(url);
  return url;
}

function readOptional(text: string | undefined, option: string): number | null {
  return text === undefined ? null : parseDurationMs(text, option);
}

function readStartAt({ startAt }: Pick<RecordOptions, 'startAt'>): number | null {
  return startAt === undefined ? null : parseStartAt(startAt, new Date());
}

function readMaxFiles({ maxFiles }: Pick<RecordOptions, 'maxFiles'>): { readonly maxFiles?: number } {
  if (maxFiles === undefined) return {};
  const count = Number(maxFiles.trim());
  const { max, min } = maxFilesLimits;
  if (/^\d+$/.test(maxFiles.trim()) && count >= min && count <= max) return { maxFiles: count };
  throw new PlateauError(
    'usage',
    `--max-files is not a whole number from ${min} to ${max}.`,
    'Leave it out for as many as this machine’s memory and cores allow.',
  );
}

function readFurtherAudio({
  furtherAudio,
}: Pick<RecordOptions, 'furtherAudio'>): Pick<TakeRequest, 'furtherAudio'> {
  if (furtherAudio === undefined) return {};
  const place = furtherAudioPlaceSchema.safeParse(furtherAudio.trim());
  if (place.success) return { furtherAudio: place.data };
  throw new PlateauError(
    'usage',
    '--further-audio is neither file nor stream.',
    'file records a further microphone of somebody into a file of its own, stream into theirs.',
  );
}

function readFurtherFolders({
  backup,
  fallback,
}: Pick<RecordOptions, 'backup' | 'fallback'>): Pick<TakeRequest, 'backupFolder' | 'fallbackFolder'> {
  return {
    ...(fallback !== undefined && { fallbackFolder: resolve(fallback) }),
    ...(backup !== undefined && { backupFolder: resolve(backup) }),
  };
}

function readSplitEvery({
  splitEvery,
}: Pick<RecordOptions, 'splitEvery'>): Pick<TakeRequest, 'splitEveryMs'> {
  const every = readOptional(splitEvery, '--split-every');
  if (every === null) return {};
  if (every >= splitLimits.minMs && every <= splitLimits.maxMs) return { splitEveryMs: every };
  throw new PlateauError(
    'usage',
    '--split-every is not a time between 10 s and 24 h.',
    'Write it as 30m or 1h.',
  );
}

function readSplitSize({ splitSize }: Pick<RecordOptions, 'splitSize'>): Pick<TakeRequest, 'splitBytes'> {
  return splitSize === undefined ? {} : { splitBytes: parseSplitSize(splitSize) };
}

function readReplay(options: Pick<RecordOptions, 'replay'> & ProfileOptions): number | null {
  if (options.replay === undefined) return null;
  const seconds = parseDurationMs(options.replay, '--replay') / 1000;
  const { maxSeconds, minSeconds } = replayLimits;
  if (seconds < minSeconds || seconds > maxSeconds)
    throw new PlateauError(
      'usage',
      '--replay is not a time between 30 s and 5 min.',
      'Write it as 60s or 5m.',
    );
  if (readProfile(options).container === 'mp4') return seconds;
  throw new PlateauError('usage', 'The replay buffer needs MP4.', 'Leave out --format, or --replay.');
}

/** Where takes go. @returns an absolute path */
export function readOutputFolder({ out }: Pick<RecordOptions, 'out'>): string {
  return resolve(out ?? defaultOutputFolder);
}

/** Everybody in a demo room, at the usual profile. */
export function demoRoomRequest(options: Pick<RecordOptions, 'out'>): TakeRequest {
  return {
    outputFolder: readOutputFolder(options),
    profile: profiles[defaultProfileName],
    audioOnly: false,
    participants: null,
  };
}

/**
 * Reads `--memory-ceiling`.
 *
 * @returns bytes; null when it was left out
 * @throws PlateauError `usage`
 */
export function readMemoryCeiling({ memoryCeiling }: Pick<RecordOptions, 'memoryCeiling'>): number | null {
  return memoryCeiling === undefined ? null : parseMemoryCeiling(memoryCeiling);
}

/**
 * What a file or a paste leaves around a room's name is none of it; but a room may be called so, and then another one is waited for.
 *
 * @returns what to say of it; null when the name was taken as it is
 */
export function leftOutOfRoomName({ room }: Pick<RecordOptions, 'room'>): string | null {
  const name = room?.trim();
  return name === room
    ? null
    : `The room is "${name}": what stood around its name (spaces, line ends) was left out.`;
}

/** The room that a doctor's visit joins where none is named. */
const visitedRoom = 'plateau-doctor';

/**
 * Reads where a server is and who may join it, for a visit that records nothing.
 *
 * @returns null when no server is named
 * @throws PlateauError with exit code 2
 */
export function readVisit(options: RecordOptions, environment: NodeJS.ProcessEnv): Source | null {
  const url = options.url?.trim() ?? fromEnvironment(environment, 'LIVEKIT_URL');
  if (url === undefined) return null;
  parseServerUrl(url);
  const credentials = readCredentials(options, environment);
  const room = options.room?.trim() ?? ('token' in credentials ? null : visitedRoom);
  return { url, room, credentials };
}

/** @throws PlateauError `missingRoom`, `unauthorized` of what is no token, `usage` of a token for another room */
function assertLeadsToRoom(credentials: Source['credentials'], room: string | null): void {
  if (room !== null) assertRoomNamed(room);
  if ('token' in credentials) assertTokenLeadsTo(readTokenClaims(credentials.token), room);
  else if (room === null) {
    throw new PlateauError(
      'missingRoom',
      'No room is named.',
      'Name it with --room, or give a token that was made for a room.',
    );
  }
}

function readCredentials(options: RecordOptions, environment: NodeJS.ProcessEnv): Source['credentials'] {
  const hasKeyOption = options.apiKey !== undefined || options.apiSecret !== undefined;
  if (options.token !== undefined && hasKeyOption) {
    throw new PlateauError(
      'usage',
      '--token cannot be given together with --api-key or --api-secret.',
      'Use either a token, or the key and secret to make one.',
    );
  }
  const token = hasKeyOption ? undefined : (options.token ?? fromEnvironment(environment, 'LIVEKIT_TOKEN'));
  if (token !== undefined) {
    if (token.trim() === '') throw missingCredentials('The token is empty.');
    const copyToken = options.copyToken?.trim() ?? fromEnvironment(environment, 'LIVEKIT_COPY_TOKEN') ?? '';
    return { token: token.trim(), ...(copyToken === '' ? {} : { copyToken }) };
  }
  if (options.copyToken !== undefined)
    throw new PlateauError(
      'usage',
      '--copy-token is the second of two tokens, and --token is missing.',
      'Give both, or --api-key and --api-secret, which make them.',
    );
  const apiKey = options.apiKey?.trim() ?? fromEnvironment(environment, 'LIVEKIT_API_KEY') ?? '';
  const apiSecret = options.apiSecret?.trim() ?? fromEnvironment(environment, 'LIVEKIT_API_SECRET') ?? '';
  if (apiKey === '' && apiSecret === '') throw missingCredentials('There are no credentials for the server.');
  if (apiKey === '') throw missingCredentials('An API secret is given, but no API key.');
  if (apiSecret === '') throw missingCredentials('An API key is given, but no API secret.');
  return { apiKey, apiSecret };
}

function missingCredentials(message: string): PlateauError {
  return new PlateauError(
    'missingCredentials',
    message,
    'Give --token, or --api-key and --api-secret, or set LIVEKIT_API_KEY and LIVEKIT_API_SECRET.',
  );
}

function readIdentities({ participants }: Pick<RecordOptions, 'participants'>): string[] | null {
  if (participants === undefined) return null;
  const identities = participants
    .split(',')
    .map((identity) => identity.trim())
    .filter((identity) => identity !== '');
  if (identities.length > 0) return [...new Set(identities)];
  throw new PlateauError(
    'usage',
    '--participants names nobody.',
    'Give identities separated by commas: --participants alice,bob. Leave it out to record everybody.',
  );
}

/** What a file or a paste leaves around a value is none of it; undefined when nothing is left. */
export function fromEnvironment(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}
