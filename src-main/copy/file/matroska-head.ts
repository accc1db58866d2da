import {
  element,
  float,
  idBytes,
  ids,
  text,
  unknownSize,
  unsigned,
  voidOf,
  wideSize,
} from '../../matroska/ebml.js';
import type { CopyCodec } from '../contract.js';
import type { PictureSize } from '../frames/encoded-frame.js';

/** Numbers of the tracks in a file: a video and an audio at most. */
export const trackNumbers = { video: 1, audio: 2 } as const;
export type TrackKind = keyof typeof trackNumbers;

/** What a player has to know of the video before it sees a frame of it. */
export interface VideoTrack {
  readonly codec: Exclude<CopyCodec, 'opus'>;
  readonly size: PictureSize;
  /** The decoder's configuration; null where the codec has none. */
  readonly config: Buffer | null;
  /** Clockwise degrees that a picture has to be turned by. */
  readonly rotation: number;
}

/** The tracks of a file. */
export interface MatroskaTracks {
  readonly video: VideoTrack | null;
  readonly hasAudio: boolean;
}

const codecIds: Readonly<Record<CopyCodec, string>> = {
  vp8: 'V_VP8',
  vp9: 'V_VP9',
  h264: 'V_MPEG4/ISO/AVC',
  h265: 'V_MPEGH/ISO/HEVC',
  av1: 'V_AV1',
  opus: 'A_OPUS',
};

/** Opus is decoded at this rate, whatever it was made of (RFC 7845, section 5.1). */
const opusRateHz = 48_000;
/** Any decoder makes two channels of one; a stream may go from one to the other. */
const opusChannels = 2;
/** RFC 7845, section 4.6, in nanoseconds: what a decoder needs before the place that it is to play from. */
const opusPreRollNs = 80_000_000;

/** Space for the elements that are written over when more is known; what they do not fill is void. */
const seekHeadBytes = 128;
const tracksBytes = 8_192;

/** The parts of a file before its first cluster, and where those stand that are written over. */
export interface MatroskaHead {
  readonly bytes: Buffer;
  /** Positions count from here. */
  readonly segmentFrom: number;
  readonly segmentSizeAt: number;
  readonly seekHeadAt: number;
  readonly infoAt: number;
  readonly durationAt: number;
  readonly tracksAt: number;
}

/** Everything before the first cluster of a file that grows: its size, duration and places to seek to are not known. */
export function matroskaHead(tracks: MatroskaTracks): MatroskaHead {
  const head = element(
    ids.ebml,
    ...[unsigned(ids.ebmlVersion, 1), unsigned(ids.ebmlReadVersion, 1)],
    ...[unsigned(ids.ebmlMaxIdLength, 4), unsigned(ids.ebmlMaxSizeLength, 8)],
    ...[text(ids.docType, 'matroska'), unsigned(ids.docTypeVersion, 4), unsigned(ids.docTypeReadVersion, 2)],
  );
  const segment = Buffer.concat([idBytes(ids.segment), unknownSize]);
  // The duration comes last, so that its place is known.
  const info = element(
    ids.info,
    ...[unsigned(ids.timestampScale, 1_000_000), text(ids.muxingApp, 'plateau')],
    ...[text(ids.writingApp, 'plateau'), float(ids.duration, 0)],
  );
  const segmentFrom = head.length + segment.length;
  const infoAt = segmentFrom + seekHeadBytes;
  const tracksAt = infoAt + info.length;
  return {
    bytes: Buffer.concat([head, segment, voidOf(seekHeadBytes), info, tracksElement(tracks)]),
    segmentFrom,
    segmentSizeAt: segmentFrom - unknownSize.length,
    seekHeadAt: segmentFrom,
    infoAt,
    durationAt: tracksAt - 8,
    tracksAt,
  };
}

/**
 * The tracks, always of the same length: a camera that comes later is written over what stands there.
 *
 * @throws RangeError when a decoder's configuration is larger than the space; {@link fitsHead} tells before
 */
export function tracksElement({ hasAudio, video }: MatroskaTracks): Buffer {
  const entries: Buffer[] = [];
  if (video !== null) entries.push(videoEntry(video));
  if (hasAudio) entries.push(audioEntry());
  const tracks = element(ids.tracks, ...entries);
  return Buffer.concat([tracks, voidOf(tracksBytes - tracks.length)]);
}

/** Whether a decoder's configuration finds room in a file's head. */
export function fitsHead(config: Buffer | null): boolean {
  return (config?.length ?? 0) <= tracksBytes / 2;
}

/** Where the parts of a finished file stand, in the space that was left for it; positions in the file. */
export function seekHeadElement(head: MatroskaHead, cuesAt: number | null): Buffer {
  const places: [number, number][] = [
    [ids.info, head.infoAt],
    [ids.tracks, head.tracksAt],
  ];
  if (cuesAt !== null) places.push([ids.cues, cuesAt]);
  const seeks = places.map(([id, at]) =>
    element(ids.seek, element(ids.seekId, idBytes(id)), unsigned(ids.seekPosition, at - head.segmentFrom)),
  );
  const seekHead = element(ids.seekHead, ...seeks);
  return Buffer.concat([seekHead, voidOf(seekHeadBytes - seekHead.length)]);
}

/** The segment's size, for its place before {@link MatroskaHead.segmentFrom}. */
export function segmentSize(head: MatroskaHead, fileBytes: number): Buffer {
  return wideSize(fileBytes - head.segmentFrom);
}

function videoEntry({ codec, config, rotation, size }: VideoTrack): Buffer {
  return element(
    ids.trackEntry,
    ...entryHead('video', codec),
    ...(config === null ? [] : [element(ids.codecPrivate, config)]),
    element(
      ids.video,
      ...[unsigned(ids.pixelWidth, size.width), unsigned(ids.pixelHeight, size.height)],
      ...(rotation === 0 ? [] : [projection(rotation)]),
    ),
  );
}

/** Matroska turns counter-clockwise, from -180 to 180 degrees. */
function projection(clockwise: number): Buffer {
  const roll = clockwise > 180 ? 360 - clockwise : -clockwise;
  return element(ids.projection, unsigned(ids.projectionType, 0), float(ids.projectionPoseRoll, roll));
}

function audioEntry(): Buffer {
  return element(
    ids.trackEntry,
    ...entryHead('audio', 'opus'),
    element(ids.codecPrivate, opusHead()),
    unsigned(ids.seekPreRoll, opusPreRollNs),
    element(ids.audio, float(ids.samplingFrequency, opusRateHz), unsigned(ids.channels, opusChannels)),
  );
}

function entryHead(kind: TrackKind, codec: CopyCodec): Buffer[] {
  const number = trackNumbers[kind];
  return [
    ...[unsigned(ids.trackNumber, number), unsigned(ids.trackUid, number), unsigned(ids.trackType, number)],
    ...[unsigned(ids.flagLacing, 0), text(ids.codecId, codecIds[codec])],
  ];
}

/** RFC 7845, section 5.1; without a pre-skip, as the stream began before the file did. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head[8] = 1;
  head[9] = opusChannels;
  head.writeUInt32LE(opusRateHz, 12);
  return head;
}
