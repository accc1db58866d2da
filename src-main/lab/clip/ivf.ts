/** Layout of IVF, the container of bare VP8: a head whose length it names, then frames with heads of 12 bytes. */
const signature = 'DKIF';
/** In bytes: where the head names its own length, and how long a frame's is (its size and its time stamp). */
const headLengthAt = 6;
const frameHeadBytes = 12;

/**
 * The frames of an IVF file, in order. They share its memory.
 *
 * @throws TypeError when it is none, or is cut off
 */
export function ivfFrames(file: Buffer): Buffer[] {
  if (file.toString('latin1', 0, signature.length) !== signature) throw new TypeError('This is no IVF file.');
  const frames: Buffer[] = [];
  let position = file.readUInt16LE(headLengthAt);
  while (position < file.length) {
    const from = position + frameHeadBytes;
    const to = from + (from <= file.length ? file.readUInt32LE(position) : Infinity);
    if (to > file.length) throw new TypeError('The IVF file is cut off.');
    frames.push(file.subarray(from, to));
    position = to;
  }
  return frames;
}
