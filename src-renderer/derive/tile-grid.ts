/** How everybody is shown in the room that there is: tiles that fit without scrolling, or rows. */
export type Arrangement =
  | { readonly kind: 'tiles'; readonly columns: number; readonly width: number; readonly height: number }
  | { readonly kind: 'rows'; readonly columns: number };

/** Between two tiles, in pixels. */
export const tileGap = 8;
/** Of a tile beside its preview, in pixels: name and switch above it, signs and meter below. */
const tileFrameHeight = 76;
/** A tile that is smaller shows less than a row. */
const least = { width: 138, height: 118 } as const;
/** In pixels: a smaller one has no room for every word. */
export const smallTileWidth = 220;
const rowWidth = 300;
const aspect = 16 / 9;

/**
 * The grid whose previews are largest.
 *
 * @param count of tiles
 * @param width of the place, in pixels
 * @param height of the place, in pixels
 * @returns rows where no grid has tiles that are large enough
 */
export function arrangeTiles(count: number, width: number, height: number): Arrangement {
  let best: Arrangement | null = null;
  let bestPreview = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = { width: shareOf(width, columns), height: shareOf(height, rows) };
    if (tile.width < least.width || tile.height < least.height) continue;
    const preview = Math.min(tile.width, (tile.height - tileFrameHeight) * aspect);
    if (preview <= bestPreview) continue;
    bestPreview = preview;
    best = { kind: 'tiles', columns, ...tile };
  }
  return best ?? arrangeRows(width);
}

/** As many rows side by side as there is room for. @param width of the place, in pixels */
export function arrangeRows(width: number): Arrangement {
  return { kind: 'rows', columns: Math.max(1, Math.floor(width / rowWidth)) };
}

function shareOf(pixels: number, parts: number): number {
  return Math.floor((pixels - tileGap * (parts - 1)) / parts);
}
