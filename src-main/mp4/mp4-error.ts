/**
 * A file, or a part of one, is not as this room expects it. Never a person's concern: whoever catches it takes another
 * way, and the message goes into the log.
 */
export class Mp4Error extends Error {
  override readonly name = 'Mp4Error';
}
