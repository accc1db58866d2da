import type { RemoteTrack } from '@livekit/rtc-node';
import { AudioSignal } from '../pipeline/audio-signal.js';
import type { DecryptionSignal } from '../pipeline/decryption-signal.js';
import type { AudioReceiver, VideoReceiver } from '../pipeline/frame-receiver.js';
import { HeldBack } from '../pipeline/held-back.js';
import { KeyFrameSchedule } from '../pipeline/key-frame-schedule.js';
import { PublisherConnection } from '../pipeline/publisher-connection.js';
import type { TrackOnset } from '../pipeline/track-onset.js';
import { VideoSignal } from '../pipeline/video-signal.js';
import { FrameSource } from './ffi/frame-source.js';
import { KeyFrameRequest } from './ffi/key-frame-request.js';
import type { NativeStreamContext } from './ffi/native-stream.js';
import { TrackCounters } from './ffi/track-counters.js';
import { type AudioMonitor, AudioRelay, type VideoMonitor, VideoRelay } from './ffi/track-relay.js';
import type { TrackStatistics } from './ffi/track-statistics.js';
import type { PublicationInfo } from './publication-info.js';
import { alarmOf } from './track-alarm.js';
import { TrackDecryption } from './track-decryption.js';
import type { TrackFormats } from './track-formats.js';

/**
 * A subscribed track. Its frames flow while somebody receives or monitors it, until
 * {@link SubscribedTrack.close}; there is never more than one native stream of it.
 */
export class SubscribedTrack {
  readonly info: PublicationInfo;
  /** As the room says at the moment; `info` holds what was true when it was subscribed. */
  isMuted: boolean;
  /** How late the first of it comes; null where that is told, or nothing was waited for. */
  onset: TrackOnset | null = null;
  /** What the server says of its publisher's connection. */
  readonly connection = new PublisherConnection();
  /** When its present native track was subscribed, of `performance.now`. */
  subscribedAtMs = performance.now();
  /** Whether what comes was held back on its way. */
  readonly heldBack = new HeldBack();
  readonly counters: TrackCounters;
  /** A track that is gone cannot be asked. */
  #isClosed = false;
  #track: RemoteTrack;
  /** It is being subscribed anew: what was played out is out of time, and a fresh stream follows. Only this class sets it. */
  isRenewing = false;
  /** A fresh stream has taken the place of an older one. */
  wasRenewed = false;
  readonly #context: NativeStreamContext;
  readonly #formats: TrackFormats;
  readonly #onError: (thrown: unknown) => void;
  readonly #videoSignal: VideoSignal;
  readonly #audioSignal = new AudioSignal();
  readonly #decryption: TrackDecryption | null;
  readonly #keyFrame: KeyFrameRequest;
  readonly #keyFrames = new KeyFrameSchedule();
  readonly #video: VideoRelay;
  readonly #audio = new AudioRelay(this.#audioSignal);
  #source: FrameSource | null = null;
  #closing: Promise<void> = Promise.resolve();

  /**
   * @param track given back by {@link SubscribedTrack.close}, by nobody else
   * @param enable pauses the subscription, and goes on with it; throws when it is gone
   * @param onError a stream could not be opened or closed; the track goes on without it
   */
  constructor(
    info: PublicationInfo,
    track: RemoteTrack,
    enable: (isEnabled: boolean, trackHandle: bigint) => void,
    context: NativeStreamContext,
    formats: TrackFormats,
    onError: (thrown: unknown) => void,
  ) {
    this.info = info;
    this.isMuted = info.isMuted;
    this.#track = track;
    this.#context = context;
    this.#formats = formats;
    this.#onError = onError;
    const pause = (isEnabled: boolean): void => enable(isEnabled, this.#track.ffi_handle.handle);
    this.#keyFrame = new KeyFrameRequest(pause, () => {
      this.#decryption?.resumed();
      this.#countIfDoubtful();
    });
    this.#decryption = info.isEncrypted ? new TrackDecryption(info.kind) : null;
    this.#videoSignal = new VideoSignal(info.role === 'screenShare');
    this.#video = new VideoRelay(this.#videoSignal, this.#keyFrame, () => this.#countIfDoubtful());
    this.counters = new TrackCounters(context.dispatcher, this.heldBack, ({ videoCounts }) => {
      if (videoCounts !== null) this.#decryption?.counted(videoCounts);
      this.#judgeStart();
    });
    this.#begin();
  }

  /** What WebRTC counted when it was last asked; null before. */
  get statistics(): TrackStatistics | null {
    return this.counters.latest;
  }

  /** Why stereo is mixed to mono; null where it is not, or not known. */
  get mixedToMono(): ReturnType<TrackFormats['monoReason']> | null {
    return this.statistics?.isStereoKept === false ? this.#formats.monoReason() : null;
  }

  /** WebRTC was asked, and has counted no packet of it. */
  get isUnheard(): boolean {
    return this.counters.answers > 0 && (this.statistics?.packetsReceived ?? 0) === 0;
  }

  /** For how long no packet of it is known to have come, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.counters.grownAtMs;
  }

  /** What it delivers may be another one's: it is left out as if it had not come. */
  set isWithheld(isWithheld: boolean) {
    for (const relay of [this.#video, this.#audio]) relay.isWithheld = isWithheld;
  }

  /** Whether its key fits; null unless it is encrypted. */
  get decryption(): Pick<DecryptionSignal, 'state' | 'undecryptedMs' | 'undecryptedPackets'> | null {
    return this.#decryption?.signal ?? null;
  }

  /** Until {@link SubscribedTrack.resume} or {@link SubscribedTrack.close}. */
  beginRenewal(): void {
    // Of a track that is not subscribed the SDK does not end a pause.
    this.#keyFrame.close();
    this.isRenewing = true;
  }

  /** What it plays out is on time again, though it was not subscribed anew: that is its fresh stream. */
  caughtUp(): void {
    this.isRenewing = false;
    (this.info.kind === 'video' ? this.#video : this.#audio).onStreamStarted();
  }

  /** Gives the native track back, and keeps those who receive. */
  suspend(): void {
    if (this.#isClosed) return;
    const track = this.#track;
    const ended = this.#source?.close('renewed');
    this.#source = null;
    this.#isClosed = true;
    this.#closing = Promise.all([this.#closing, ended]).then(() => track.ffi_handle.dispose(), this.#onError);
  }

  /** A fresh native track takes the place of the one that was given back. */
  resume(track: RemoteTrack): void {
    this.isRenewing = false;
    this.wasRenewed = true;
    this.#isClosed = false;
    this.#track = track;
    this.subscribedAtMs = performance.now();
    this.counters.restart();
    this.#begin();
    const { receiver, monitor } = this.info.kind === 'video' ? this.#video : this.#audio;
    if (receiver !== null || monitor !== null) this.#open();
  }

  /** Asks for {@link SubscribedTrack.statistics} anew. @param onlyYoung leaves out a track whose first figures are known */
  refreshStatistics(onlyYoung: boolean): void {
    const isAwaited = this.#decryption?.isDoubtful === true || !this.counters.isSettled;
    if (!this.#isClosed && (!onlyYoung || isAwaited)) this.#count();
  }

  /**
   * Called a few times a second: looks whether the track delivers what it should, and asks for a key frame while it
   * shows nothing.
   *
   * @param elapsedMs since the last call; a time in which this process stood still is left out
   * @returns what is wrong at the moment; null when nothing is, or nobody receives it
   */
  judgeSignal(elapsedMs: number): ReturnType<typeof alarmOf> | null {
    const isOn = !this.isMuted && (this.isRenewing ? null : !this.#isClosed && this.#source !== null);
    const { packetsReceived = 0, packetsLost = 0, framesReceived = 0 } = this.statistics ?? {};
    const decryption = this.#decryption;
    // It explains what else is wrong: without a key nothing is decoded.
    const undecrypted =
      decryption?.judge(elapsedMs, isOn, this.statistics) === true
        ? alarmOf(this.info, 'notDecrypted', decryption.signal)
        : null;
    if (this.info.kind === 'audio') {
      const signal = this.#audioSignal;
      const { answers } = this.counters;
      const kind = signal.judge({ elapsedMs, isOn, answers, packets: packetsReceived });
      return undecrypted ?? (kind === null ? null : alarmOf(this.info, kind, signal));
    }
    const signal = this.#videoSignal;
    const kind = signal.judge({ elapsedMs, isOn, framesReceived, packetsReceived, packetsLost });
    this.#judgeStart();
    if (this.#keyFrames.isDue(elapsedMs, isOn === true && !signal.hadSignal)) this.#askForKeyFrame();
    return undecrypted ?? (kind === null ? null : alarmOf(this.info, kind, signal));
  }

  /** Whether something has come of it between the last two calls of {@link SubscribedTrack.judgeSignal}. */
  get isDelivering(): boolean {
    return (this.info.kind === 'audio' ? this.#audioSignal : this.#videoSignal).isDelivering;
  }

  /** Frames go to `receiver` from now on, instead of whoever received them before. */
  receiveVideo(receiver: VideoReceiver): void {
    this.#video.receiver = receiver;
    this.#received(this.#videoSignal, receiver);
  }

  /** Audio goes to `receiver` from now on, instead of whoever received it before. */
  receiveAudio(receiver: AudioReceiver): void {
    this.#audio.receiver = receiver;
    this.#received(this.#audioSignal, receiver);
  }

  /** Ends what {@link receiveVideo} or {@link receiveAudio} began. */
  stopReceiving(): void {
    for (const relay of [this.#video, this.#audio]) relay.receiver = null;
    this.#closeIfIdle();
  }

  /** Shows the frames to somebody else as well; null ends it. */
  monitor(monitor: (VideoMonitor & AudioMonitor) | null): void {
    for (const relay of [this.#video, this.#audio]) relay.monitor = monitor;
    if (monitor === null) this.#closeIfIdle();
    else if (this.#source === null) this.#open();
  }

  /** Ends the stream and gives the track back; resolves when none of its frames is on its way any more. */
  async close(): Promise<void> {
    const isSuspended = this.isRenewing && this.#isClosed;
    this.#isClosed = true;
    this.#keyFrame.close();
    for (const relay of [this.#video, this.#audio]) relay.monitor = null;
    const source = this.#source;
    this.#source = null;
    await source?.close();
    await this.#closing;
    // Left to the garbage collector, native tracks pile up over subscriptions.
    if (!isSuspended) this.#track.ffi_handle.dispose();
  }

  #received(signal: VideoSignal | AudioSignal, receiver: VideoReceiver | AudioReceiver): void {
    signal.restart();
    this.#decryption?.signal.restart();
    if (this.#source === null) this.#open();
    else receiver.onStreamStarted();
  }

  /** The sooner it is known that frames are right, the fewer are left out. */
  #countIfDoubtful(): void {
    if (this.#decryption?.isDoubtful === true && !this.#isClosed && !this.counters.isAsking) this.#count();
  }

  #count(): void {
    this.#attempt(() => this.counters.ask(this.#track.ffi_handle.handle));
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.#onError(thrown);
    }
  }

  /** What of a fresh stream came before it was decrypted is not known until WebRTC has counted. */
  #begin(): void {
    if (this.#decryption === null) return;
    this.#decryption.begin();
    this.#count();
    this.#judgeStart();
  }

  #judgeStart(): void {
    if (this.#decryption === null || this.#isClosed) return;
    this.#video.isHidden = this.#decryption.isDoubtful;
    if (!this.#decryption.claimKeyFrame()) return;
    this.#keyFrames.requested();
    this.#askForKeyFrame();
  }

  #askForKeyFrame(): void {
    this.#attempt(() => this.#keyFrame.send());
  }

  #open(): void {
    // Nothing can be opened while it is being subscribed anew; that opens it.
    if (this.#isClosed) return;
    const { handle } = this.#track.ffi_handle;
    const { pcm, queueSizes } = this.#formats;
    if (this.info.isEncrypted) this.#audio.skipUndecrypted(performance.now() - this.subscribedAtMs);
    this.#source =
      this.info.kind === 'video'
        ? FrameSource.video(this.#context, handle, queueSizes, this.#video, this.#onError)
        : FrameSource.audio(this.#context, handle, pcm, queueSizes, this.#audio, this.#onError);
  }

  #closeIfIdle(): void {
    const source = this.#source;
    const { receiver, monitor } = this.info.kind === 'video' ? this.#video : this.#audio;
    if (source === null || receiver !== null || monitor !== null) return;
    this.#source = null;
    this.#closing = Promise.all([this.#closing, source.close()]).then(() => undefined, this.#onError);
  }
}
