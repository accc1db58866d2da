/** A rectangle as fractions of a frame's width and height: valid at any size it is scaled to. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where the synthetic frame carries what. The painter and the analysis of a recorded file both read
 * it from here; nothing overlaps.
 */
export const patternLayout = {
  /** The frame counter, two rows of cells. */
  code: { left: 0.05, top: 0.04, width: 0.9, height: 0.16 },
  /** The participant's name. */
  name: { left: 0.05, top: 0.24, width: 0.9, height: 0.14 },
  /** Turns white on every whole second. */
  flash: { left: 0.1, top: 0.42, width: 0.8, height: 0.28 },
  /** A texture that scrolls and a hand that sweeps once a second. */
  motion: { left: 0, top: 0.75, width: 1, height: 0.22 },
} as const satisfies Record<string, Region>;

/** Rounded to whole pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A region, in fractions of the frame, as pixels of a frame of this size. */
export function pixelBox(region: Region, widthPx: number, heightPx: number): PixelBox {
  return {
    left: Math.round(region.left * widthPx),
    top: Math.round(region.top * heightPx),
    right: Math.round((region.left + region.width) * widthPx),
    bottom: Math.round((region.top + region.height) * heightPx),
  };
}
