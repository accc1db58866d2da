import { type Canvas, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';

/** What the publisher says of a video track. */
export interface DeclaredVideo {
  readonly declaredSize: Canvas | null;
  /** Its first frames may be of a lower layer. */
  readonly isSimulcast: boolean;
}

/** What a file's video depends on. */
export interface FileShapeOptions {
  /** Whether there may be video at all. */
  readonly mayHaveVideo: boolean;
  /** The profile's canvas; null takes that of the first frame. */
  readonly fixedCanvas: Canvas | null;
  /** The file has video from now on. */
  readonly onCanvas: (canvas: Canvas) => void;
}

/** Sides may be rounded when a layer is made. */
const sameShapeTolerance = 0.03;

/**
 * Whether a file has video, and how large. It is known for good when the first frame has come, or when a camera is on
 * and the profile has a size: whoever only speaks has a file without video.
 */
export class FileShape {
  readonly #options: FileShapeOptions;
  #canvas: Canvas | null = null;

  constructor(options: FileShapeOptions) {
    this.#options = options;
  }

  /** The size of the file's video; null as long as it has none. */
  get canvas(): Canvas | null {
    return this.#canvas;
  }

  /** Whether it may have video. */
  get mayHaveVideo(): boolean {
    return this.#options.mayHaveVideo;
  }

  /** A camera is on: the canvas is known, unless it takes a frame to know it. */
  expectVideo(): void {
    const { fixedCanvas, mayHaveVideo } = this.#options;
    if (mayHaveVideo && fixedCanvas !== null) this.#decide(fixedCanvas);
  }

  /**
   * The first frame has come.
   *
   * @param frame its size, upright
   */
  decide(frame: Canvas, declared: DeclaredVideo | null): Canvas {
    return this.#decide(this.#options.fixedCanvas ?? canvasOf(frame, declared));
  }

  #decide(canvas: Canvas): Canvas {
    if (this.#canvas !== null) return this.#canvas;
    this.#canvas = evenCanvas(canvas);
    this.#options.onCanvas(this.#canvas);
    return this.#canvas;
  }
}

/**
 * The canvas of a file whose profile has none: that of the first frame. Of a simulcast track the highest layer counts,
 * which has the declared size, upright like the frame: a lower one may come first.
 */
export function canvasOf(frame: Canvas, declared: DeclaredVideo | null): Canvas {
  const size = declared?.declaredSize ?? null;
  if (size === null || declared?.isSimulcast !== true) return frame;
  const isTurned = frame.height > frame.width !== size.height > size.width;
  const upright = isTurned ? { width: size.height, height: size.width } : size;
  const ratio = (frame.width * upright.height) / (frame.height * upright.width);
  if (Math.abs(ratio - 1) > sameShapeTolerance) return frame;
  return upright.width > frame.width ? upright : frame;
}
