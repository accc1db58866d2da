import type { PlateauError } from '../../contract/errors.js';
import type { ManifestFile } from '../../contract/manifest.js';
import type { LossGap, StreamPackets } from '../../contract/stamps.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import { GapList, listedGaps } from '../../take/gap-list.js';
import type { LossLog } from '../../take/loss-log.js';
import type { FailedFrames } from '../../take/move-loss.js';
import type { TrackHistory } from '../../take/track-history.js';
import type { CopyCodec } from '../contract.js';
import type { VideoTrack } from '../file/matroska-head.js';
import type { PartAccount, StreamKind } from '../file/part-marks.js';
import type { EndedPart } from '../file/parts-options.js';
import { accountOf, withReach } from './copy-account.js';
import { DiskLoss } from './disk-loss.js';
import { withoutLateFrames } from './late-frames.js';

/** Codecs as a manifest names them. */
export const codecNames: Readonly<Record<CopyCodec, string>> = {
  ...{ vp8: 'vp8', vp9: 'vp9', h264: 'h264', av1: 'av1', opus: 'opus' },
  h265: 'hevc',
};

/** What a part has at the moment in which its entry is drawn up. */
interface PartNow {
  readonly subject: SinkSubject;
  readonly history: TrackHistory;
  /** Of the part that is recorded: what came for it, and its head; those of one that has ended are kept. */
  readonly account: PartAccount;
  readonly video: VideoTrack | null;
  readonly packets: StreamPackets | null;
  /** Of the part that is recorded: what is due of it at the moment. */
  readonly isOn: (kind: StreamKind) => boolean;
  /** Where the take has ended; null while it has not. */
  readonly takeEndMs: number | null;
}

/** One part of a file, as the manifest has it. Times are the take's. */
export class CopyPart {
  readonly number: number;
  readonly file: string;
  readonly startMs: number;
  readonly absences: LossLog;
  readonly gaps = new GapList();
  /** Why its disk takes no more; of one that has ended, why it lacks something. */
  failure: PlateauError | null = null;
  readonly #loss = new DiskLoss();
  /** Where the next one begins; null of the last one. */
  #endMs: number | null = null;
  #account: PartAccount | null = null;
  #video: VideoTrack | null = null;
  #closed: EndedPart | null = null;

  /** @param begin its number, where it begins, and the name of its file inside the take's folder */
  constructor(begin: Pick<CopyPart, 'file' | 'number' | 'startMs'>, absences: LossLog) {
    this.number = begin.number;
    this.file = begin.file;
    this.startMs = begin.startMs;
    this.absences = absences;
  }

  /** Its gaps, those that are known and not over included. @param account of the part that is recorded */
  gapsByNow(account: PartAccount): ReturnType<typeof listedGaps> {
    const { gaps, openGaps } = this.absences;
    return this.#listed([...gaps, ...openGaps], account);
  }

  /** What the lines found, and what was seen from outside, which may be the same holes, or none by now. */
  #listed(seen: readonly LossGap[], account: PartAccount): ReturnType<typeof listedGaps> {
    const { line } = (this.#account ?? account).video;
    const gaps = withoutLateFrames(seen, line, this.startMs);
    return listedGaps(this.gaps, { gaps, gapsLeftOut: this.absences.gapsLeftOut });
  }

  /** Its disk takes no more. @param account what came for it by then */
  fail(error: PlateauError, account: PartAccount): void {
    this.failure = error;
    this.#loss.failed(account);
  }

  /** What its disk has failed to keep. @param account of the part that is recorded */
  failedFrames(account: PartAccount): FailedFrames {
    return this.#loss.of(this.#account ?? account);
  }

  /** Whether the next one is recorded. */
  get hasEnded(): boolean {
    return this.#endMs !== null;
  }

  /** Whether it has ended, and is on the disk. */
  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** The next one begins. @param account what came for this one @param video what its head says */
  end(endMs: number, account: PartAccount, video: VideoTrack | null): void {
    this.#endMs = endMs;
    this.#account = account;
    this.#video = video;
    // A full disk may have had room for its end: that is known when it is closed.
    this.failure = null;
  }

  /** It is on the disk. */
  close(ended: EndedPart): void {
    this.#closed = ended;
    this.failure ??= ended.failure;
    const { audio, video } = this.#account ?? {};
    if (audio === undefined || video === undefined) return;
    // What waited then is written.
    this.#account = {
      audio: { ...audio, line: ended.lines.audio },
      video: { ...video, line: ended.lines.video },
    };
  }

  /** Its entry in the manifest, as far as it is known. @param now of the file; null for one that could not be made */
  entry(now: PartNow): ManifestFile {
    const { history, subject, takeEndMs } = now;
    const { audio, video } = this.#account ?? now.account;
    const head = this.#closed?.video ?? (this.hasEnded ? this.#video : now.video);
    const startMs = Math.round(this.startMs);
    const partEndMs = this.#endMs === null ? null : Math.round(this.#endMs);
    const endMs = this.hasEnded ? (this.isClosed ? partEndMs : null) : roundedOrNull(takeEndMs);
    // What a disk that has failed has of them, is read from the file.
    const isProvable = this.#closed === null || this.#closed.failure === null;
    const packets = isProvable ? (this.#closed?.packets ?? now.packets) : null;
    const segment = { file: this.file, startMs, endMs };
    const account = accountOf(video, audio);
    const isOn = this.hasEnded || takeEndMs !== null ? null : now.isOn;
    return {
      ...{ file: this.file, ...subject, state: 'recording' },
      ...(partEndMs === null && this.number === 1
        ? {}
        : { part: { number: this.number, startMs, endMs: partEndMs } }),
      ...{ canvas: head?.size ?? null, videoCodec: head === null ? null : codecNames[head.codec] },
      audioCodec: codecNames.opus,
      segments: now.packets === null ? [] : [{ ...segment, ...(endMs === null ? {} : { packets }) }],
      ...{ durationMs: null, sizeBytes: null, sha256: null, problem: this.failure?.message ?? null },
      ...{
        ...account,
        copy: withReach(account.copy, { audio: audio.line, video: video.line }, startMs, isOn),
      },
      audioSilenceMs: Math.round(audio.line.filledMs),
      maxFrameGapMs: Math.round(video.line.longestStepMs),
      missedFrames: video.line.missed,
      audioLostMs: Math.round(audio.line.lostMs),
      audioConcealedMs: 0,
      ...this.#listed(this.absences.gaps, now.account),
      ...history.listedIn({ startMs, endMs: partEndMs }),
    };
  }
}

function roundedOrNull(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
