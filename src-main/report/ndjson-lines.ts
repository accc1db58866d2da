import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** A line of a file. */
export interface NdjsonLine {
  readonly text: string;
  /** False for a last line without its line feed: the writer was cut off in it, or is still writing. */
  readonly isWhole: boolean;
}

/** No line of ours comes near it; a file of something else must not fill the memory. */
const maxLineCharacters = 4_000_000;

/** A file's lines, one after the other, in memory that does not grow with the file. Empty ones are left out. */
export async function* ndjsonLines(path: string): AsyncGenerator<NdjsonLine> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isTooLong = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) {
      // The end of a line whose beginning was let go: it is given as it is, and cannot be read.
      if (text.trim() !== '' || isTooLong) yield { text: isTooLong ? '' : text, isWhole: true };
      isTooLong = false;
    }
    if (rest.length > maxLineCharacters) {
      rest = '';
      isTooLong = true;
    }
  }
  rest += decoder.end();
  if (rest.trim() !== '' || isTooLong) yield { text: isTooLong ? '' : rest, isWhole: false };
}
