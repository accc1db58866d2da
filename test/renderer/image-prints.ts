import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { artefactFolder } from './build-window.js';
import { columns, differencesOf, rows } from './image-differences.js';

/**
 * Which images are made (`scripts/images.mjs`): `all` for each scene in both themes and three sizes, `update` to write anew
 * what they are held against, and without it those that a whole test run has the time for.
 */
const wanted = process.env['PLATEAU_IMAGES'] ?? '';
export const areAllImagesWanted = wanted === 'all' || wanted === 'update';

/** What each image of the window is held against. */
const file = path.join(import.meta.dirname, 'image-prints.json');
/** Charts and figures are brought on screen within a second; a busy machine takes longer. */
const patienceMs = 10_000;
const standsStillMs = 1_500;
const lookAgainMs = 250;

const printsSchema = z.object({
  /** How wide text is: with other fonts every line breaks elsewhere, and nothing can be compared. */
  textWidths: z.array(z.number()),
  /** By the name of an image: a byte for each cell, row by row, deflated, in base64. */
  images: z.record(z.string(), z.string()),
});
type Prints = z.infer<typeof printsSchema>;

/** The images of a run, and those that they should be. */
export class ImagePrints {
  readonly #known: Prints;
  readonly #seen: Record<string, string> = {};
  readonly #textWidths: readonly number[];
  readonly #isUpdate = wanted === 'update';

  private constructor(known: Prints, textWidths: readonly number[]) {
    this.#known = known;
    this.#textWidths = textWidths;
  }

  /** @param page with the window: its fonts are measured */
  static async open(page: Page): Promise<ImagePrints> {
    const known = printsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return new ImagePrints(known, await textWidthsIn(page));
  }

  /** Why images cannot be compared on this machine; null when they can. */
  get obstacle(): string | null {
    const { textWidths } = this.#known;
    const isAlike = this.#textWidths.every(
      (width, at) => Math.abs(width - (textWidths[at] ?? Number.NaN)) < 0.01 * width,
    );
    return isAlike || this.#isUpdate
      ? null
      : `this machine has other fonts: text is ${this.#textWidths.join(', ')} px wide, not ${textWidths.join(', ')}`;
  }

  /**
   * Compares an image of the window with the one that it should be, and keeps it to be looked at. What is still being
   * drawn is waited for.
   *
   * @returns what is different, for a person; nothing where there is nothing to compare with on this machine
   */
  async differences(page: Page, name: string): Promise<string[]> {
    const known = this.#known.images[name];
    if (this.#isUpdate) {
      this.#seen[name] = packed(await stillCellsOf(page, name));
      return [];
    }
    const first = await cellsOf(page, name);
    if (this.obstacle !== null) return [];
    if (known === undefined) return [`${name} is new: look at it, then run npm run images`];
    const cells = [...inflateRawSync(Buffer.from(known, 'base64'))];
    let found = differencesOf(cells, first);
    for (const giveUpAtMs = performance.now() + patienceMs; found.length > 0;) {
      if (performance.now() > giveUpAtMs) break;
      await wait(lookAgainMs);
      found = differencesOf(cells, await cellsOf(page, name));
    }
    return found;
  }

  /** Writes what was seen, where that was asked for: images that are not made any more are left out. */
  async close(): Promise<void> {
    if (!this.#isUpdate) return;
    const images = Object.fromEntries(
      Object.entries(this.#seen).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
    await writeFile(file, `${JSON.stringify({ textWidths: this.#textWidths, images }, null, 2)}\n`);
  }
}

const packed = (cells: readonly number[]): string =>
  deflateRawSync(Uint8Array.from(cells)).toString('base64');

/** Once nothing has changed for a while. */
async function stillCellsOf(page: Page, name: string): Promise<number[]> {
  let cells = await cellsOf(page, name);
  for (let sinceMs = performance.now(); performance.now() - sinceMs < standsStillMs;) {
    await wait(lookAgainMs);
    const next = await cellsOf(page, name);
    if (next.some((brightness, at) => brightness !== cells[at])) sinceMs = performance.now();
    cells = next;
  }
  return cells;
}

function textWidthsIn(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    ['400 14px', '600 14px', '700 24px'].map((font) => {
      const context = document.createElement('canvas').getContext('2d');
      if (context === null) throw new Error('There is no canvas.');
      context.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
      return Math.round(context.measureText('Not recording 00:12:34, 3 participants').width);
    }),
  );
}

/** The page itself reads its image, made smaller until each pixel is a cell. */
async function cellsOf(page: Page, name: string): Promise<number[]> {
  const png = await page.screenshot({ path: path.join(artefactFolder, `${name}.png`) });
  return page.evaluate(
    async ([base64, width, height]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), {
        ...{ resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' },
      });
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (context === null) throw new Error('There is no canvas.');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, cell) => {
        const [red = 0, green = 0, blue = 0] = data.subarray(cell * 4, cell * 4 + 3);
        return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
      });
    },
    [png.toString('base64'), columns, rows] as const,
  );
}
