import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlateauError } from '../contract/errors.js';
import { constantFps } from '../contract/profile.js';
import type { FilePart, FileParts } from './file-parts.js';
import type { FileShape } from './file-shape.js';
import { LiveEncoder } from './live-encoder.js';
import { PartedEncoder } from './parted-encoder.js';
import type { RecordingSinkOptions, SinkPlace } from './recording-sink-options.js';
import { ShapedEncoder, type ShapedEncoderOptions } from './shaped-encoder.js';
import { diskLimits } from './sink-subject.js';
import type { TrackInlets } from './track-inlets.js';

/** Who hears what becomes of the encoders of a run. */
export interface SinkEncoderEvents {
  /** The one that writes has ended without having been asked to; called once. */
  readonly onFailure: (error: PlateauError) => void;
  /** A segment, or a part that is over, is not complete. */
  readonly onFailed: (error: PlateauError, part: FilePart) => void;
}

/** Starts the encoders of one file: for each run, and for each part of it. */
export class SinkEncoders {
  readonly #options: RecordingSinkOptions;
  readonly #parts: FileParts;
  readonly #shape: FileShape;
  readonly #inlets: Pick<TrackInlets, 'declaredVideo' | 'isVideoOn'>;

  /** @param shape of the file, over all of its parts */
  constructor(
    options: RecordingSinkOptions,
    parts: FileParts,
    shape: FileShape,
    inlets: Pick<TrackInlets, 'declaredVideo' | 'isVideoOn'>,
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#shape = shape;
    this.#inlets = inlets;
  }

  /**
   * Starts one for the part that is recorded, and those of the parts whose cut is to come.
   *
   * @throws PlateauError as {@link ShapedEncoder.start} does
   */
  start(
    { isReplacement, startMs }: Pick<ShapedEncoderOptions, 'startMs' | 'isReplacement'>,
    { onFailed, onFailure }: SinkEncoderEvents,
  ): Promise<PartedEncoder> {
    const { mayHaveVideo, profile } = this.#options;
    const shaped = (
      part: FilePart,
      fromMs: number,
      told: (error: PlateauError) => void,
    ): ShapedEncoderOptions => ({
      ...this.#shaped(part, told, (error) => onFailed(error, part)),
      ...{ startMs: fromMs, isReplacement: isReplacement && part === this.#parts.current },
    });
    return PartedEncoder.start(
      {
        parts: this.#parts,
        constantFps: constantFps(profile),
        hasVideo: mayHaveVideo,
        prepare: (part, told) => ShapedEncoder.prepare(shaped(part, part.startMs, told)),
        removeUnused: (part, files) => this.#removeUnused(part, files),
        onFailure,
        onPartFailed: onFailed,
      },
      startMs,
      (part, told) => ShapedEncoder.start(shaped(part, startMs, told)),
    );
  }

  async #removeUnused(part: FilePart, files: readonly string[]): Promise<void> {
    part.segments.forget(files);
    // What cannot be removed is an empty file, and nobody's loss.
    const { folder } = this.#placeOf(part);
    await Promise.all(files.map((file) => unlink(join(folder, file)).catch(() => undefined)));
  }

  #placeOf(part: FilePart): SinkPlace {
    return this.#options.placeOf?.(part.number) ?? this.#options;
  }

  #shaped(
    part: FilePart,
    onFailure: (error: PlateauError) => void,
    onSegmentFailed: (error: PlateauError) => void,
  ): Omit<ShapedEncoderOptions, 'startMs' | 'isReplacement'> {
    const { events, ffmpegPath, hurry, isUnwritten, isVideoPublished, keeperOf, profile } = this.#options;
    const { folder, limits } = this.#placeOf(part);
    const common = { ffmpegPath, profile, hurry, keeperOf, isUnwritten };
    const start = this.#options.startEncoder ?? ((options) => LiveEncoder.start(options));
    return {
      ...{ shape: this.#shape, segments: part.segments },
      isVideoExpected: this.#inlets.isVideoOn || isVideoPublished(),
      declared: () => this.#inlets.declaredVideo,
      start: (file, canvas, told) =>
        start({
          ...common,
          canvas,
          disk: diskLimits(limits, canvas),
          path: join(folder, file),
          onFailure: told,
        }),
      removeUnused: (files) => this.#removeUnused(part, files),
      events: { onFailure, onSegmentFailed, onFrameSize: events.onFrameSize },
    };
  }
}
