import { type PlateauError, toPlateauError } from '../../contract/errors.js';
import type { ManifestFile } from '../../contract/manifest.js';
import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import { extentOf, GapList, listedGaps } from '../../take/gap-list.js';
import { KeyFrameWait } from '../../take/key-frame-wait.js';
import { LossLog } from '../../take/loss-log.js';
import { TrackHistory } from '../../take/track-history.js';
import { FrameRates } from '../../telemetry/frame-rates.js';
import type { CopyCodec, TrackSink } from '../contract.js';
import { type FileGap, LineTally } from '../file/line-counts.js';
import { copyQueueBytes } from '../file/matroska-file.js';
import { ParticipantFile, type ParticipantFileOptions } from '../file/participant-file.js';
import { noFrames } from '../frames/encoded-frame.js';
import { noWindowCounts, sumOfWindows, type WindowCounts } from '../rtp/packet-counts.js';
import { accountOf, type AccountOfFile, keptFrames } from './copy-account.js';
import type { CopiedTrack } from './copy-track.js';
import { FileSignals, type ReceivedFrames } from './file-signals.js';

type Kind = 'video' | 'audio';
const kinds: readonly Kind[] = ['video', 'audio'];

/** Frames wait for their times: three seconds of them, and three more of video for the black before them. */
const mostWaitingFrames = 360;
const mostWaitingAudioFrames = 600;

const codecNames: Readonly<Record<CopyCodec, string>> = {
  ...{ vp8: 'vp8', vp9: 'vp9', h264: 'h264', av1: 'av1', opus: 'opus' },
  h265: 'hevc',
};

/** What a file of a copied take is made with. */
export interface CopySinkOptions {
  readonly subject: SinkSubject;
  /** Name inside the take folder, and where that is. */
  readonly file: string;
  readonly path: string;
  readonly media: Omit<ParticipantFileOptions, 'onFailure' | 'onGap'>;
  /** Told once: the disk takes no more of it. */
  readonly onFailed: (error: PlateauError) => void;
  /** Something that was sent is missing: `durationMs` long. @param isUndecrypted it came, and no key fitted */
  readonly onGap: (stream: Kind, durationMs: number, isUndecrypted: boolean) => void;
}

/** One file of a copied take: a {@link ParticipantFile}, and what manifest, telemetry and screen say of it. */
export class CopySink {
  /** Whom it records; its owner gives it their new name when they have one. */
  subject: SinkSubject;
  readonly file: string;
  readonly history = new TrackHistory();
  readonly #options: CopySinkOptions;
  readonly #absences = new LossLog();
  readonly #keyFrame = new KeyFrameWait((fromMs, toMs) => this.#absences.keyFrameAwaited(fromMs, toMs));
  readonly #gaps = new GapList();
  readonly #tracks = new Map<CopiedTrack, TrackSink>();
  readonly #endedPackets: Record<Kind, WindowCounts> = { video: noWindowCounts, audio: noWindowCounts };
  readonly #rates = new FrameRates();
  readonly #muted = new Set<CopiedTrack>();
  readonly #signals: FileSignals;
  #media: ParticipantFile | null = null;
  #failure: PlateauError | null = null;
  #endMs: number | null = null;
  #notDecrypted = 0;

  private constructor(options: CopySinkOptions) {
    this.#options = options;
    this.subject = options.subject;
    this.file = options.file;
    this.#signals = new FileSignals(options.subject.kind !== 'participant');
  }

  /** Makes the file. One that cannot be made is told by `onFailed`, and counts what it does not write. */
  static async open(options: CopySinkOptions): Promise<CopySink> {
    const sink = new CopySink(options);
    try {
      sink.#media = await ParticipantFile.create(options.path, {
        ...options.media,
        onFailure: (error) => sink.#fail(error),
        onGap: (gap) => sink.#noteGap(gap),
      });
    } catch (thrown) {
      sink.#fail(toPlateauError(thrown));
    }
    return sink;
  }

  /** Whether its disk takes what comes. */
  get isRecording(): boolean {
    return this.#media !== null && this.#failure === null && this.#endMs === null;
  }

  /** Whether it is known what its video is. */
  get hasVideo(): boolean {
    return this.#media?.video !== null && this.#media !== null;
  }

  /** Bytes that the system has taken, and those that wait for it. */
  get disk(): { readonly writtenBytes: number; readonly queuedBytes: number } {
    return this.#media?.disk ?? { writtenBytes: 0, queuedBytes: 0 };
  }

  /** How many of its tracks are received now. */
  trackCount(kind: Kind): number {
    return [...this.#tracks.keys()].filter(({ info }) => info.kind === kind).length;
  }

  /** A track is recorded into it. @returns where its packets go; null when there is no file @param nowMs of the take */
  add(track: CopiedTrack, nowMs: number): TrackSink | null {
    const { info } = track;
    if (this.#media === null) return null;
    // Of a screen any size is what there is.
    const sink = this.#media.add(track.track, info.role === 'camera' ? info.declaredSize : null);
    this.#tracks.set(track, sink);
    this.history.began(track, nowMs);
    this.#absences.trackCame(info.kind, nowMs);
    if (info.isMuted) this.setMuted(track, true, nowMs);
    return sink;
  }

  /** The track delivers no more, here at least; its sink has been ended. @param nowMs of the take */
  remove(track: CopiedTrack, nowMs: number): void {
    if (!this.#tracks.delete(track)) return;
    const wasOn = !this.#muted.delete(track);
    const { kind } = track.info;
    this.#endedPackets[kind] = sumOfWindows(this.#endedPackets[kind], track.track.figures.packets);
    this.history.ended(track, nowMs);
    this.#absences.trackLeft(kind, nowMs, wasOn);
  }

  /** The owner of a track muted or unmuted it. @param nowMs of the take */
  setMuted(track: CopiedTrack, isMuted: boolean, nowMs: number): void {
    if (!this.#tracks.has(track)) return;
    if (isMuted) this.#muted.add(track);
    else this.#muted.delete(track);
    this.#media?.setOn(track.info.kind, !isMuted, this.#options.media.originMs + nowMs);
  }

  /** What comes next is not what followed: the connection was made anew. */
  interrupted(): void {
    this.#media?.interrupted();
  }

  /** Called a few times a second. @param nowMs of the take */
  tick(nowMs: number): void {
    this.#media?.tick(this.#options.media.originMs + nowMs);
    this.#sample(nowMs);
  }

  /** Nothing that was sent later is in the file. @param endMs of the take */
  endAt(endMs: number): void {
    this.#media?.endAt(this.#options.media.originMs + endMs);
  }

  /** Writes what waits, and closes the file; its tracks have ended. Never rejects. @param endMs of the take */
  async finish(endMs: number): Promise<void> {
    this.#sample(endMs);
    try {
      await this.#media?.finish(this.#options.media.originMs + endMs);
    } catch (thrown) {
      this.#fail(toPlateauError(thrown));
    }
    this.#absences.end();
    this.#keyFrame.end(endMs);
    this.history.allEnded(endMs);
    this.#endMs = endMs;
  }

  /** As {@link FileSignals.judge}. @param isConnected whether anything can come at all */
  judgeSignals(elapsedMs: number, isConnected: boolean): SignalAlarm[] {
    const counts = this.#media?.counts ?? noCounts;
    const isOn = (track: CopiedTrack): boolean => isConnected && this.isRecording && !this.#muted.has(track);
    const on = [...this.#tracks.keys()].filter(isOn).map(({ info }) => info);
    return this.#signals.judge(elapsedMs, on, {
      video: signalOf(counts, 'video'),
      audio: signalOf(counts, 'audio'),
    });
  }

  /** Its entry in the manifest, as far as it is known. */
  entry(): ManifestFile {
    const { audio, copy, line, video } = this.#account();
    const head = this.#media?.video ?? null;
    const endMs = this.#endMs;
    const segment = { file: this.file, startMs: 0, endMs: endMs === null ? null : Math.round(endMs) };
    const packets = this.#media?.packets ?? null;
    return {
      ...{ file: this.file, ...this.subject, state: 'recording' },
      ...{ canvas: head?.size ?? null, videoCodec: head === null ? null : codecNames[head.codec] },
      audioCodec: codecNames.opus,
      segments: this.#media === null ? [] : [{ ...segment, ...(endMs === null ? {} : { packets }) }],
      ...{ durationMs: null, sizeBytes: null, sha256: null, problem: this.#failure?.message ?? null },
      ...{ video, audio, copy },
      audioSilenceMs: Math.round(line.audio.filledMs),
      maxFrameGapMs: Math.round(line.video.longestStepMs),
      missedFrames: line.video.missed,
      audioLostMs: Math.round(line.audio.lostMs),
      audioConcealedMs: 0,
      // What the lines found and what was seen from outside may be the same holes.
      ...listedGaps(this.#gaps, this.#absences),
      ...this.history.listedIn({ startMs: 0, endMs: null }),
    };
  }

  /** The present moment. @param nowMs of the take */
  snapshot(nowMs: number): SinkSnapshot {
    const { audio, copy, line, video } = this.#account();
    const head = this.#media?.video ?? null;
    const { queuedBytes, writtenBytes } = this.disk;
    const isLive = (kind: Kind): boolean =>
      [...this.#tracks.keys()].some((track) => track.info.kind === kind && !this.#muted.has(track));
    return {
      ...{ file: this.file, ...this.subject, isRecording: this.isRecording, copy },
      gaps: extentOf([listedGaps(this.#gaps, this.#absences)]),
      video:
        head === null && this.trackCount('video') === 0
          ? null
          : {
              ...{
                isLive: isLive('video'),
                width: head?.size.width ?? null,
                height: head?.size.height ?? null,
              },
              ...this.#rates.read(nowMs, keptFrames(video), this.isRecording),
              ...{ queuedFrames: video.queued, maxQueuedFrames: video.queued },
              ...{ queueCapFrames: mostWaitingFrames, framesInFlight: 0 },
              ...{ frameGapMs: 0, maxFrameGapMs: Math.round(line.video.longestStepMs) },
              ...{ missedFrames: line.video.missed, filledFrames: line.video.filled },
              ...{ rtc: null, accounting: video },
            },
      audio: {
        ...{ isLive: isLive('audio'), queuedFrames: audio.queued, maxQueuedFrames: audio.queued },
        ...{ queueCapFrames: mostWaitingAudioFrames, driftMs: 0, playoutOffsetMs: 0 },
        ...{ silenceMs: line.audio.filledMs, lostMs: line.audio.lostMs, concealedMs: 0 },
        ...{ rtc: null, accounting: audio },
      },
      ...{ inputBytes: 0, inputPendingBytes: 0, diskQueueBytes: queuedBytes },
      ...{ diskQueueCapBytes: copyQueueBytes, writtenBytes, maxDiskWriteMs: 0 },
      // There is no such process.
      ffmpegRssBytes: 0,
    };
  }

  #account(): AccountOfFile & { readonly line: Pick<ParticipantFile['counts'], Kind> } {
    const counts = this.#media?.counts ?? noCounts;
    const packets = { ...this.#endedPackets };
    for (const { info, track } of this.#tracks.keys())
      packets[info.kind] = sumOfWindows(packets[info.kind], track.figures.packets);
    const [video, audio] = kinds.map((kind) => ({
      ...{ packets: packets[kind], frames: counts.frames[kind], line: counts[kind] },
    })) as [CountedKind, CountedKind];
    return { ...accountOf(video, audio), line: counts };
  }

  #sample(nowMs: number): void {
    const { line, video } = this.#account();
    const videos = [...this.#tracks.keys()].filter(({ info }) => info.kind === 'video');
    const isOn = videos.some((one) => !this.#muted.has(one));
    // What no key fits waits for no key frame.
    const isDecrypted = video.dropped.notDecrypted === this.#notDecrypted;
    this.#notDecrypted = video.dropped.notDecrypted;
    this.#absences.sample({
      nowMs,
      // Single losses are noted with their own times.
      video: {
        ...{ received: video.received, dropped: this.#notDecrypted, missed: 0 },
        isDue: isOn && (this.subject.kind === 'participant' || video.received === 0),
      },
      audio: { lostMs: 0 },
    });
    const packets = videos.reduce((sum, { track }) => sum + track.figures.packets.received, 0);
    this.#keyFrame.sample({ nowMs, packets, frames: line.video.handedOver, isOn: isOn && isDecrypted });
  }

  #noteGap({ isUndecrypted, lostFrames, ...gap }: FileGap): void {
    const cause = isUndecrypted ? 'dropped' : 'neverArrived';
    const { durationMs, stream } = this.#gaps.add({ ...gap, lostFrames, cause });
    this.#options.onGap(stream, durationMs, isUndecrypted);
  }

  #fail(error: PlateauError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#options.onFailed(error);
  }
}

function signalOf({ frames, ...lines }: ParticipantFile['counts'], kind: Kind): ReceivedFrames {
  return { received: lines[kind].handedOver, notDecrypted: frames[kind].dropped.notDecrypted };
}

type CountedKind = Parameters<typeof accountOf>[0];

const noLine = new LineTally().count(0);
/** Of a file that could not be made. */
const noCounts: ParticipantFile['counts'] = {
  tracks: new Map(),
  frames: { video: noFrames, audio: noFrames },
  ...{ video: noLine, audio: noLine },
};
