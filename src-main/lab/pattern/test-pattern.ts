import { glyphHasInk, glyphHeight, glyphWidth } from './bitmap-font.js';
import { codeCellCount, codeCellRegion, encodeCounter } from './frame-code.js';
import { patternLayout, type PixelBox, pixelBox } from './pattern-layout.js';

/** Limited-range luma: a receiver that stretches or clips the range still tells these apart. */
const luma = { black: 16, dark: 52, ink: 200, hand: 225, white: 235 } as const;
/** Of 8 bits: no color. */
const neutralChroma = 128;

export interface TestPatternOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Drawn in capitals. */
  readonly name: string;
  /** Tints the frame, so that participants can be told apart: 0 to 1 around the color circle. */
  readonly hue: number;
}

export interface FrameState {
  readonly counter: number;
  /** The frame belongs to a clip that is played in a loop. */
  readonly isClip?: boolean;
  readonly isFlash: boolean;
  /** Position within the second, 0 to 1, of the sweeping hand. */
  readonly secondPhase: number;
}

/**
 * A moving I420 test frame. The background is painted once; a frame touches the code cells, the flash
 * area when it changes, and the motion band, which costs well under a millisecond at 1280x720.
 *
 * Any size from 16x16 is valid, odd sizes included: chroma planes are rounded up.
 */
export class TestPattern {
  /** Y, U and V, tight, in one buffer of its own (rtc-node reads from the start of the ArrayBuffer). */
  readonly i420: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly #cells: readonly PixelBox[];
  readonly #flash: PixelBox;
  readonly #motion: PixelBox;
  /** One row of the scrolling texture, twice the width so that any offset is one slice. */
  readonly #texture: Uint8Array;
  #shownCells: Uint8Array | undefined;
  #flashShown = false;

  constructor(options: TestPatternOptions) {
    const { widthPx, heightPx } = options;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    const chromaSize = Math.ceil(widthPx / 2) * Math.ceil(heightPx / 2);
    this.i420 = new Uint8Array(widthPx * heightPx + 2 * chromaSize);
    this.#cells = Array.from({ length: codeCellCount }, (_, cell) =>
      pixelBox(codeCellRegion(cell), widthPx, heightPx),
    );
    this.#flash = pixelBox(patternLayout.flash, widthPx, heightPx);
    this.#motion = pixelBox(patternLayout.motion, widthPx, heightPx);
    this.#texture = scrollingTexture(widthPx);
    this.#paintBackground(options.hue, chromaSize);
    this.#paintName(options.name);
  }

  /** Paints the state into {@link i420}, which stays valid until the next call. */
  paint(state: FrameState): Uint8Array {
    this.#paintCode(encodeCounter(state.counter, state.isClip));
    if (state.isFlash !== this.#flashShown) {
      this.#fill(this.#flash, state.isFlash ? luma.white : luma.dark);
      this.#flashShown = state.isFlash;
    }
    this.#paintMotion(state);
    return this.i420;
  }

  #paintBackground(hue: number, chromaSize: number): void {
    const lumaSize = this.widthPx * this.heightPx;
    for (let y = 0; y < this.heightPx; y += 1) {
      // A slow gradient: flat areas alone would make the encoder's work unrealistically easy.
      this.i420.fill(40 + Math.round((24 * y) / this.heightPx), y * this.widthPx, (y + 1) * this.widthPx);
    }
    const angle = 2 * Math.PI * hue;
    this.i420.fill(neutralChroma + Math.round(24 * Math.cos(angle)), lumaSize, lumaSize + chromaSize);
    this.i420.fill(neutralChroma + Math.round(24 * Math.sin(angle)), lumaSize + chromaSize);
    this.#fill(pixelBox(patternLayout.code, this.widthPx, this.heightPx), luma.black);
    this.#fill(this.#flash, luma.dark);
  }

  #paintName(name: string): void {
    const box = pixelBox(patternLayout.name, this.widthPx, this.heightPx);
    const characters = Array.from(name);
    const columns = characters.length * (glyphWidth + 1);
    const scale = Math.floor(
      Math.min((box.right - box.left) / columns, (box.bottom - box.top) / glyphHeight),
    );
    if (scale < 1) return;
    const left = box.left + Math.floor((box.right - box.left - columns * scale) / 2);
    for (const [position, character] of characters.entries()) {
      for (let row = 0; row < glyphHeight; row += 1) {
        for (let column = 0; column < glyphWidth; column += 1) {
          if (!glyphHasInk(character, column, row)) continue;
          const x = left + (position * (glyphWidth + 1) + column) * scale;
          const y = box.top + row * scale;
          this.#fill({ left: x, top: y, right: x + scale, bottom: y + scale }, luma.ink);
        }
      }
    }
  }

  #paintCode(cells: Uint8Array): void {
    for (const [cell, box] of this.#cells.entries()) {
      if (this.#shownCells?.[cell] === cells[cell]) continue;
      this.#fill(box, cells[cell] === 1 ? luma.white : luma.black);
    }
    this.#shownCells = cells;
  }

  #paintMotion(state: FrameState): void {
    const { top, bottom } = this.#motion;
    const width = this.widthPx;
    const handWidth = Math.max(2, Math.round(width / 40));
    const handLeft = Math.floor(state.secondPhase * (width - handWidth));
    // Even and odd bands scroll against each other.
    const bandHeight = Math.max(4, Math.round((bottom - top) / 6));
    for (let y = top; y < bottom; y += 1) {
      const band = Math.floor((y - top) / bandHeight);
      const travelled = (state.counter * (3 + band)) % width;
      const offset = band % 2 === 0 ? travelled : width - travelled;
      const start = y * width;
      this.i420.set(this.#texture.subarray(offset, offset + width), start);
      this.i420.fill(luma.hand, start + handLeft, start + handLeft + handWidth);
    }
  }

  #fill(box: PixelBox, value: number): void {
    for (let y = box.top; y < box.bottom; y += 1) {
      this.i420.fill(value, y * this.widthPx + box.left, y * this.widthPx + box.right);
    }
  }
}

function scrollingTexture(widthPx: number): Uint8Array {
  const texture = new Uint8Array(2 * widthPx);
  for (let x = 0; x < widthPx; x += 1) {
    const turn = (2 * Math.PI * x) / widthPx;
    const value = Math.round(100 + 35 * Math.sin(9 * turn) + 25 * Math.sin(31 * turn));
    texture[x] = value;
    texture[x + widthPx] = value;
  }
  return texture;
}
