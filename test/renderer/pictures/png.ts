import { crc32, deflateSync, inflateSync } from 'node:zlib';

// As much of PNG as the pictures of the window need: 8 bits for each channel, not interlaced.

/** Rows from above, each from the left. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel. */
  readonly rgb: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** PNG's name for what a picture was made of. */
const textName = 'Source';
/** Of a chunk: its length and name before what it holds, and the checksum behind. */
const [headBytes, checksumBytes] = [8, 4];
/** How the header names what a pixel consists of, and of how many bytes. */
const colorTypes = { rgb: 2, palette: 3, rgba: 6 } as const;
const bytesOfPixel: Readonly<Record<number, number>> = { 2: 3, 3: 1, 6: 4 };

/** @throws when it is another kind of PNG, or none */
export function decodePng(file: Buffer): Picture & { readonly palette: readonly number[] } {
  if (!file.subarray(0, signature.length).equals(signature)) throw new Error('This is no PNG.');
  let [width, height, colorType] = [0, 0, 0];
  let palette = Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (let at = signature.length; at < file.length;) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + headBytes);
    const data = file.subarray(at + headBytes, at + headBytes + length);
    if (name === 'IHDR') {
      [width, height, colorType] = [data.readUInt32BE(0), data.readUInt32BE(4), data.readUInt8(9)];
      if (data.readUInt8(8) !== 8 || data.readUInt8(12) !== 0)
        throw new Error('This PNG is of another kind.');
    } else if (name === 'PLTE') palette = Buffer.from(data);
    else if (name === 'IDAT') parts.push(data);
    at += headBytes + length + checksumBytes;
  }
  const pixelBytes = bytesOfPixel[colorType];
  if (pixelBytes === undefined) throw new Error(`This PNG has pixels of kind ${colorType}.`);
  const rows = unfiltered(inflateSync(Buffer.concat(parts)), width * pixelBytes, height, pixelBytes);
  const rgb = colorType === colorTypes.rgb ? rows : new Uint8Array(width * height * 3);
  const isOfPalette = colorType === colorTypes.palette;
  const colorsOf = isOfPalette ? palette : rows;
  for (let pixel = 0, to = 0; rgb !== rows && pixel < width * height; pixel += 1, to += 3) {
    const at = isOfPalette ? (rows[pixel] ?? 0) * 3 : pixel * pixelBytes;
    rgb[to] = colorsOf[at] ?? 0;
    rgb[to + 1] = colorsOf[at + 1] ?? 0;
    rgb[to + 2] = colorsOf[at + 2] ?? 0;
  }
  const colors = Array.from({ length: palette.length / 3 }, (_, place) => palette.readUIntBE(place * 3, 3));
  return { width, height, rgb, palette: colors };
}

/** Undoes what each row was made smaller with: the difference to the pixel on its left, above it, or of both. */
function unfiltered(data: Buffer, rowBytes: number, height: number, pixelBytes: number): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    const [from, to] = [y * (rowBytes + 1) + 1, y * rowBytes];
    const filter = data[from - 1] ?? 0;
    out.set(data.subarray(from, from + rowBytes), to);
    // What a screenshot has most is the first two: without the choice in the loop they cost a third.
    if (filter === 0 || (filter === 2 && y === 0)) continue;
    if (filter === 1)
      for (let at = to + pixelBytes; at < to + rowBytes; at += 1)
        out[at] = (out[at] ?? 0) + (out[at - pixelBytes] ?? 0);
    else if (filter === 2)
      for (let at = to; at < to + rowBytes; at += 1) out[at] = (out[at] ?? 0) + (out[at - rowBytes] ?? 0);
    else unfilterByBoth(out, y, { filter, rowBytes, pixelBytes });
  }
  return out;
}

/** By the mean of left and above, or by Paeth's choice. */
function unfilterByBoth(
  out: Uint8Array,
  y: number,
  { filter, rowBytes, pixelBytes }: { filter: number; rowBytes: number; pixelBytes: number },
): void {
  for (let x = 0; x < rowBytes; x += 1) {
    const at = y * rowBytes + x;
    const left = x < pixelBytes ? 0 : (out[at - pixelBytes] ?? 0);
    const above = y === 0 ? 0 : (out[at - rowBytes] ?? 0);
    if (filter === 3) out[at] = (out[at] ?? 0) + ((left + above) >> 1);
    else {
      const corner = x < pixelBytes || y === 0 ? 0 : (out[at - rowBytes - pixelBytes] ?? 0);
      out[at] = (out[at] ?? 0) + nearestTo(left, above, corner);
    }
  }
}

/** Paeth's choice: which of the three is nearest to where they lead. */
function nearestTo(left: number, above: number, corner: number): number {
  const sum = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(sum - left), Math.abs(sum - above), Math.abs(sum - corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/**
 * Writes one of 256 colors at most.
 * @param first these stand first in the palette
 * @param text is kept in the file, for {@link textOf}
 */
export function encodePng({ width, height, rgb }: Picture, first: Iterable<number>, text: string): Buffer {
  const places = new Map<number, number>([...first].map((color, place) => [color, place]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(pixel * 3, pixel * 3 + 3);
    const color = (red << 16) | (green << 8) | blue;
    const place = places.get(color) ?? places.size;
    if (place > 255) throw new Error('This picture has too many colors.');
    places.set(color, place);
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = place;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorTypes.palette], 8);
  const palette = [...places.keys()].flatMap((color) => [color >> 16, (color >> 8) & 0xff, color & 0xff]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('tEXt', Buffer.from(`${textName}\0${text}`, 'latin1')),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @returns what {@link encodePng} was given beside the picture; empty for any other PNG */
export function textOf(file: Buffer): string {
  const at = file.indexOf(`tEXt${textName}\0`, 0, 'latin1');
  if (at === -1) return '';
  const length = file.readUInt32BE(at - 4);
  return file.toString('latin1', at + 4 + textName.length + 1, at + 4 + length);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}
