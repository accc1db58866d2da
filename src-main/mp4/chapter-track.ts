import { open } from 'node:fs/promises';
import { boxesIn, boxHeaderBytes, childOf } from './boxes.js';
import { readMovieContent } from './ordinary-movie.js';

/** Where a handler says what its track holds: ISO/IEC 14496-12, section 8.4.3. */
const handlerTypeAt = 8;
/** A box that is passed over, whatever it holds: section 8.1.2. */
const free = Buffer.from('free', 'latin1');

/**
 * Takes the text track out of the header of an MP4 that ffmpeg wrote with chapters. It writes them twice, and programs that
 * read every track stumble over the second one: its text has no time stamps as those of pictures and sound. The chapters
 * stay where Plateau's other MP4 files have them (`chpl`). No byte of the file moves.
 *
 * @param path of a whole file that nobody reads
 * @throws Mp4Error when it is no such file; the error of the system
 */
export async function dropChapterTrack(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { atBytes, content } = await readMovieContent(file);
    for (const at of placesToFree(content)) await file.write(free, 0, free.length, atBytes + at);
  } finally {
    await file.close();
  }
}

/** Where the types of text tracks stand, and of what refers to them, from the beginning of the `moov`'s content. */
export function placesToFree(moov: Buffer): number[] {
  const tracks = [...boxesIn(moov)].filter(({ type }) => type === 'trak').map(({ content }) => content);
  const isText = (track: Buffer): boolean =>
    childOf(childOf(track, 'mdia'), 'hdlr')?.toString('latin1', handlerTypeAt, handlerTypeAt + 4) === 'text';
  return tracks.flatMap((track) => {
    const references = childOf(track, 'tref');
    const dropped = isText(track)
      ? track
      : childOf(references, 'chap') === undefined
        ? undefined
        : references;
    // The type is the second half of the header, which stands before the content.
    return dropped === undefined ? [] : [dropped.byteOffset - moov.byteOffset - boxHeaderBytes / 2];
  });
}
