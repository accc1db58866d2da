import { clipFrameCount } from '../pattern/frame-code.js';
import { nalKind, nalKinds, splitAnnexB } from '../rtp/h264-packetizer.js';
import type { Vp8Frame } from '../rtp/vp8-packetizer.js';
import type { VideoClipSpec } from './clip-spec.js';
import { ivfFrames } from './ivf.js';

/** NAL units of one access unit, without delimiters and remarks. */
interface H264Frame {
  readonly nals: readonly Buffer[];
  readonly isKey: boolean;
}

/** An encoded loop of {@link clipFrameCount} frames with a key frame at the start of each second. */
export type VideoClip =
  | { readonly codec: 'vp8'; readonly spec: VideoClipSpec; readonly frames: readonly Vp8Frame[] }
  | { readonly codec: 'h264'; readonly spec: VideoClipSpec; readonly frames: readonly H264Frame[] };

/** Layers of the frames of libvpx's patterns, in turn. */
const layerPatterns: Readonly<Record<number, readonly number[]>> = { 1: [0], 2: [0, 1], 3: [0, 2, 1, 2] };

/**
 * Takes an encoded file apart into its frames: IVF for VP8, a byte stream of Annex B for H.264. They share
 * the memory of the file.
 *
 * @throws TypeError when the file is not what the encoder makes of the spec
 */
export function readVideoClip(spec: VideoClipSpec, file: Buffer): VideoClip {
  const clip: VideoClip =
    spec.codec === 'vp8'
      ? { codec: 'vp8', spec, frames: vp8Frames(file, spec.temporalLayers) }
      : { codec: 'h264', spec, frames: h264Frames(file) };
  if (clip.frames.length !== clipFrameCount) {
    throw new TypeError(`The clip has ${clip.frames.length} frames instead of ${clipFrameCount}.`);
  }
  for (const [index, { isKey }] of clip.frames.entries()) {
    if (isKey !== (index % spec.fps === 0))
      throw new TypeError(`Frame ${index} of the clip is of the wrong kind.`);
  }
  return clip;
}

function vp8Frames(file: Buffer, temporalLayers: number): Vp8Frame[] {
  const pattern = layerPatterns[temporalLayers] ?? [0];
  let isMiddleKnown = false;
  return ivfFrames(file).map((data, index) => {
    // The lowest bit of the first byte is 0 in key frames: RFC 6386, section 9.1.
    const isKey = ((data[0] ?? 1) & 1) === 0;
    const place = index % pattern.length;
    // A key frame renews all references, wherever in the pattern it stands.
    const temporalLayer = isKey ? 0 : (pattern[place] ?? 0);
    // The last of three builds on the one of layer 1 before it, if there was one since the key frame.
    if (isKey) isMiddleKnown = false;
    if (temporalLayer === 1) isMiddleKnown = true;
    return { data, isKey, temporalLayer, isLayerSync: temporalLayer > 0 && (place < 3 || !isMiddleKnown) };
  });
}

function h264Frames(file: Buffer): H264Frame[] {
  const frames: Buffer[][] = [];
  for (const nal of splitAnnexB(file)) {
    const kind = nalKind(nal);
    if (kind === nalKinds.accessUnitDelimiter) frames.push([]);
    else if (kind !== nalKinds.sei) frames.at(-1)?.push(nal);
  }
  return frames.map((nals) => ({ nals, isKey: nals.some((nal) => nalKind(nal) === nalKinds.idr) }));
}
