import { toPlateauError } from '../contract/errors.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { writeManifest } from '../storage/manifest-file.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** A file's entry in the manifest, as far as it is known while it grows. */
export function manifestEntry(
  sink: RecordingSink,
  codecs: ReturnType<typeof codecNames>,
): Omit<ManifestFile, 'tracks' | 'tracksNotListed'> {
  return {
    file: sink.file,
    ...sink.subject,
    state: 'recording',
    canvas: sink.canvas,
    videoCodec: sink.canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    segments: sink.segments.map((segment) => ({ ...segment })),
    durationMs: null,
    sizeBytes: null,
    sha256: null,
    problem: sink.failure?.message ?? null,
    video: sink.videoAccounting.snapshot(),
    audio: sink.audioAccounting.snapshot(),
    audioSilenceMs: Math.round(sink.audio.silenceMs),
    maxFrameGapMs: Math.round(sink.video?.maxGapMs ?? 0),
    missedFrames: sink.video?.missedFrames ?? 0,
  };
}

/** Writes a take's manifests one after the other, so that an older one never replaces a newer one. */
export class ManifestQueue {
  readonly #folder: string;
  readonly #report: EventReporter;
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, report: EventReporter) {
    this.#folder = folder;
    this.#report = report;
  }

  /**
   * Writes what `manifest` returns when its turn comes. Never rejects: a manifest that cannot be written must not end
   * the recording. The event log has the failure.
   */
  save(manifest: () => Manifest): Promise<void> {
    this.#last = this.#last.then(() => writeManifest(this.#folder, manifest())).catch(this.#failed);
    return this.#last;
  }

  /**
   * Writes the last one.
   *
   * @throws PlateauError `diskFull`, `outputUnwritable`
   */
  async finish(manifest: Manifest): Promise<void> {
    await this.#last;
    await writeManifest(this.#folder, manifest);
  }

  readonly #failed = (thrown: unknown): void => {
    this.#report.error('manifestUnwritable', toPlateauError(thrown).message);
  };
}
