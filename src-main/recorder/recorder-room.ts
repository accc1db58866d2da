import { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { MediaKeys } from '../contract/media-keys.js';
import type { Source, TakeMode } from '../contract/recording.js';
import type { ConnectionState } from '../contract/snapshot.js';
import { serverHost } from '../livekit/connect/connect-error.js';
import { RoomLookup } from '../livekit/connect/room-lookup.js';
import { parseServerUrl } from '../livekit/connect/server-url.js';
import {
  isForTwo,
  roomNameOf,
  secondTokenProvider,
  tokenProvider,
} from '../livekit/connect/token-provider.js';
import { nativeFramesAlive } from '../livekit/ffi/native-video-frame.js';
import type { AudioMonitor, VideoMonitor } from '../livekit/ffi/track-relay.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import { RoomSession } from '../livekit/room-session.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import { inTimeOrHurry } from '../process/hurry.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { roomEventLogger, type RoomHooks } from './room-event-log.js';

/** How long leaving a room may take, in milliseconds. */
const leaveLimits = { limitMs: 15_000, hurriedMs: 3_000 };

/** What is to be recorded, decided before the tracks are subscribed. */
export interface ArmedSelection {
  readonly participants: readonly string[] | null;
  readonly audioOnly: boolean;
  /** `copy` subscribes to nothing: what is recorded comes over a connection of its own. `encode` when left out. */
  readonly mode?: TakeMode | undefined;
}

/** The room that a recorder is in. */
export interface JoinedRoom {
  readonly room: string;
  readonly host: string;
  readonly credentialKind: 'token' | 'apiKey';
}

/** Who watches a track, whether or not it is recorded; null for nobody. */
export type MonitorOf = (track: PublicationInfo) => (VideoMonitor & AudioMonitor) | null;

/** What a recorder wants to hear of its room. */
export type RoomEvents = Omit<RoomHooks, 'onRoomNamed' | 'onServer'>;

/** The room that a recorder is in, one after the other: who is there, and how the connection is. */
export class RecorderRoom {
  readonly #report: EventReporter;
  readonly #monitorOf: MonitorOf | null;
  readonly #hooks: RoomEvents;
  #session: RoomSession | null = null;
  /** The one that is open, or was open last: what it counted tells whether it left anything behind. */
  #lastSession: RoomSession | null = null;
  #connection: ConnectionState = 'disconnected';
  #name = '';
  #host = '';
  #hasEnded = false;
  #source: Source | null = null;
  #armed: ArmedSelection = { participants: null, audioOnly: false };
  #unreachable: PlateauError | null = null;
  #isPreview = false;

  /** @param monitorOf asked for each subscribed track; monitored tracks are decoded between takes, too */
  constructor(report: EventReporter, monitorOf: MonitorOf | null, hooks: RoomEvents) {
    this.#report = report;
    this.#monitorOf = monitorOf;
    this.#hooks = hooks;
  }

  /** Whether the room is over, and nobody waits for it to open again. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Why its server is not reached at the moment, while it is tried again; null when it is. */
  get unreachable(): PlateauError | null {
    return this.#unreachable;
  }

  /** The session with the room; null while none is joined. */
  get session(): RoomSession | null {
    return this.#session;
  }

  /** Whether the room is joined, or being found again. */
  get connection(): ConnectionState {
    return this.#connection;
  }

  /** Its name; empty before any was joined. */
  get name(): string {
    return this.#name;
  }

  /** Host and port of its server. */
  get host(): string {
    return this.#host;
  }

  /** The room that is joined, or is being joined, its server, and what it is joined with. */
  get joined(): JoinedRoom | null {
    const source = this.#source;
    if (this.#session === null || source === null) return null;
    const credentialKind = 'token' in source.credentials ? 'token' : 'apiKey';
    return { room: this.#name, host: this.#host, credentialKind };
  }

  /** Whether it can be joined by another participant as well, as copy mode does; true while none is. */
  get isForTwo(): boolean {
    return this.#source === null || isForTwo(this.#source);
  }

  /** Frames that arrived for nobody, and native objects still alive: all 0 after {@link RecorderRoom.leave}. */
  get resourceLeaks(): {
    readonly orphanedFrames: number;
    readonly openStreams: number;
    readonly nativeFrames: number;
  } {
    return {
      orphanedFrames: this.#lastSession?.orphanedFrames ?? 0,
      openStreams: this.#lastSession?.openStreams ?? 0,
      nativeFrames: nativeFramesAlive(),
    };
  }

  /**
   * How somebody else of this recorder comes into the same room, hidden as well and of another identity, and decrypts it.
   *
   * @throws PlateauError `invalidState` before a room was joined; as {@link secondTokenProvider} does
   */
  secondAccess(): {
    readonly url: string;
    readonly token: () => Promise<string>;
    readonly mediaKeys: MediaKeys | null;
  } {
    const source = this.#source;
    if (source === null) throw new PlateauError('invalidState', 'No room is joined.', 'Join one first.');
    const mediaKeys = source.mediaKeys ?? null;
    return { url: parseServerUrl(source.url), token: secondTokenProvider(source), mediaKeys };
  }

  /**
   * Prepares to join: checks the source and makes the session. Nothing is connected yet.
   *
   * @throws PlateauError when the source cannot be used
   */
  prepare(source: Source, armed: ArmedSelection): RoomSession {
    const url = parseServerUrl(source.url);
    const token = tokenProvider(source);
    this.#source = source;
    this.#armed = armed;
    const session = new RoomSession({
      url,
      token,
      lookup: new RoomLookup(source),
      queueSizes: { videoFrames: caps.nativeVideoFrames, audioFrames: caps.nativeAudioFrames },
      pcm: {
        sampleRateHz: pcmFormat.sampleRateHz,
        channels: pcmFormat.channels,
        frameMs: caps.audioFrameMs,
      },
      mediaKeys: source.mediaKeys ?? null,
      loopLateAfterMs: { video: caps.loopLateAfterMs, audio: caps.audioLoopLateAfterMs },
      isArmed: (publication) => !this.#isPreview && isArmed(this.#armed, publication),
      isRecordedElsewhere: (publication) => this.#hooks.isCopied(publication),
      listener: roomEventLogger(
        this.#report,
        {
          ...this.#hooks,
          onConnection: (connection) => {
            this.#connection = connection;
            if (connection !== 'disconnected') this.#hasEnded = false;
            this.#hooks.onConnection(connection);
          },
          onRoomEnded: () => {
            this.#hasEnded = true;
            this.#hooks.onRoomEnded();
          },
          onTrackSubscribed: (track, lateMs) => {
            if (this.#monitorOf !== null) track.monitor(this.#monitorOf(track.info));
            this.#hooks.onTrackSubscribed(track, lateMs);
          },
          onRoomNamed: (name) => {
            this.#name = name;
          },
          onServer: (unreachable) => {
            this.#unreachable = unreachable;
            this.#hooks.onRoomChanged();
          },
        },
        () => this.#armed.mode !== 'copy' && !this.#hooks.isCopying(),
      ),
    });
    this.#session = session;
    this.#lastSession = session;
    this.#host = serverHost(url);
    this.#name = roomNameOf(source);
    this.#connection = 'connecting';
    this.#unreachable = null;
    return session;
  }

  /** Something else is to be recorded than what was said when the room was joined: it is subscribed to, and no more. */
  rearm(armed: ArmedSelection): void {
    this.#armed = armed;
    this.#session?.subscribeArmed();
  }

  /**
   * A take that was encoded is copied now, or has ended: what the session receives is of no use to it, and is needed where
   * somebody watches it alone.
   */
  previewOnly(isPreview: boolean): void {
    if (this.#monitorOf !== null || this.#isPreview === isPreview) return;
    this.#isPreview = isPreview;
    this.#session?.subscribeArmed();
  }

  /**
   * Leaves the room, or gives up joining it; resolves when no native stream and no thread is left. A server or a thread
   * that does not answer is left behind after a while.
   *
   * @param hurry aborted when the program has to end
   */
  async leave(hurry: AbortSignal): Promise<void> {
    const session = this.#session;
    if (session !== null) await inTimeOrHurry(session.close(), hurry, leaveLimits);
    this.#session = null;
    this.#hasEnded = false;
    this.#unreachable = null;
    this.#connection = 'disconnected';
  }
}

function isArmed({ audioOnly, mode, participants }: ArmedSelection, publication: PublicationInfo): boolean {
  if (mode === 'copy') return false;
  if (audioOnly && publication.kind === 'video') return false;
  return participants === null || participants.includes(publication.identity);
}
