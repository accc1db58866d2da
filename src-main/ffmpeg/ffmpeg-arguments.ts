import { constantFps, type Profile, usualFps } from '../contract/profile.js';
import { constantRateFilters } from './constant-rate-filters.js';

/** Size of the encoded frame, in pixels. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
}

/** What one live encode is asked for. */
export interface LiveEncode {
  readonly profile: Profile;
  /** The frame size of the file, both even; null = a file without video. */
  readonly canvas: Canvas | null;
  /** Whether the Matroska stream on stdin declares a video track. */
  readonly videoInput: boolean;
}

/** What the recorded streams are called by ffmpeg's demuxers; the manifest uses the same words. */
export function codecNames(profile: Profile): {
  readonly video: 'h264' | 'vp8';
  readonly audio: 'aac' | 'opus';
} {
  return profile.container === 'webm' ? { video: 'vp8', audio: 'opus' } : { video: 'h264', audio: 'aac' };
}

/** Samples of a packet at 48 kHz, and those that the encoder puts before the first: ISO/IEC 14496-3, and RFC 7845. */
export const audioPacketSamples = {
  aac: { samples: 1024, priming: 1024 },
  opus: { samples: 960, priming: 312 },
} as const;

/**
 * Ticks per second of MP4 video tracks: fixed, so that black and live stretches can be joined by copying. Whole ticks for
 * milliseconds, and for the frames of every usual rate.
 */
export const mp4VideoTimescale = 48_000;
/** Of every file, whatever was received: Opus knows no other rate. */
export const audioSampleRateHz = 48_000;

/**
 * Players seek to key frames: two seconds are the usual compromise; each second less costs bits, each more costs
 * seeking.
 */
const keyframeEverySeconds = 2;
/**
 * What is in ffmpeg when the recorder is killed is lost: a fragment that is not whole, or a cluster. Each of them costs
 * 160 bytes in a file that grows (0.2 % at 2.5 Mbit/s, 2 % of audio alone), and none in the finished one.
 */
const fragmentMs = 250;

/** Even in both directions: 4:2:0 has no half chroma samples. */
export function evenCanvas(canvas: Canvas): Canvas {
  return { width: Math.max(2, canvas.width & ~1), height: Math.max(2, canvas.height & ~1) };
}

/**
 * Arguments of the live encode: a live Matroska stream on stdin (video track of PGMYUV frames whose
 * size may change at any time, stereo s16le 48 kHz), the growing file on stdout.
 */
export function liveEncodeArguments(encode: LiveEncode): string[] {
  const hasVideo = encode.canvas !== null && encode.videoInput;
  return [
    '-nostdin',
    '-hide_banner',
    '-loglevel',
    'level+warning',
    '-nostats',
    ...inputArguments(encode),
    ...(hasVideo ? ['-map', '0:v:0'] : ['-vn']),
    '-map',
    '0:a:0',
    ...(encode.canvas !== null && hasVideo ? videoArguments(encode.profile, encode.canvas) : []),
    ...audioArguments(encode.profile),
    ...growingFileArguments(encode.profile, hasVideo),
    'pipe:1',
  ];
}

function inputArguments({ profile, videoInput }: LiveEncode): string[] {
  return [
    // The headers say everything: read no frame ahead. (Not `-fflags nobuffer`: it throws away what was
    // read while probing.)
    '-probesize',
    '32',
    '-analyzeduration',
    '0',
    // FourCC I420 would choose the raw video decoder, whose frame size is fixed.
    ...(videoInput ? ['-c:v', 'pgmyuv', '-threads:v', '1'] : []),
    // Filters that hold a frame must not be made anew when a camera changes its size.
    ...(videoInput && constantFps(profile) !== null ? ['-reinit_filter:v', '0'] : []),
    '-f',
    'matroska',
    '-i',
    'pipe:0',
  ];
}

/** Encoder arguments for frames; the black filler uses the same so that its headers are equal. */
export function videoArguments(profile: Profile, canvas: Canvas): string[] {
  const { width, height } = evenCanvas(canvas);
  const fps = constantFps(profile);
  const filters = [
    // WebRTC converts cameras and screens with the BT.601 matrix, limited range, at every size. Said before
    // scaling, because the PGMYUV decoder of newer versions may claim full range.
    'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=smpte170m',
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `pad=${width}:${height}:-1:-1:eval=frame`,
    'setsar=1',
    ...(fps === null ? [] : constantRateFilters(fps)),
  ];
  return [
    '-vf',
    filters.join(','),
    // Every frame keeps its own slot, or its own millisecond. (`vfr` would round to a guessed frame rate.)
    ...['-fps_mode', 'passthrough', '-enc_time_base:v', fps === null ? '1:1000' : `1:${fps}`],
    '-pix_fmt',
    'yuv420p',
    // By time, not by count: at one frame per second a GOP by count would be minutes long.
    '-force_key_frames',
    `expr:gte(t,n_forced*${keyframeEverySeconds})`,
    ...(profile.container === 'webm' ? vp8Arguments(profile, canvas) : h264Arguments(profile, canvas)),
  ];
}

function h264Arguments(profile: Profile, canvas: Canvas): string[] {
  const x264 = [
    // Without it x264 believes in 1000 fps (the time base) and declares level 6.
    `fps=${constantFps(profile) ?? usualFps}`,
    'mbtree=0',
    'sync-lookahead=0',
    'sliced-threads=1',
  ];
  const rate =
    profile.videoBitrateKbps === null
      ? ['-crf', String(profile.crf)]
      : [
          '-b:v',
          `${profile.videoBitrateKbps}k`,
          '-maxrate',
          `${Math.round(profile.videoBitrateKbps * 1.5)}k`,
          '-bufsize',
          `${profile.videoBitrateKbps * 2}k`,
        ];
  return [
    '-c:v',
    'libx264',
    '-preset',
    profile.preset,
    ...rate,
    // No reordering and no lookahead: a frame leaves the encoder at once, so that at one frame per second
    // a fragment still ends each second, no timestamps shift, and x264 holds 2 frames instead of 13.
    '-bf',
    '0',
    '-rc-lookahead',
    '0',
    '-threads:v',
    String(encoderThreads(profile, canvas)),
    '-x264-params',
    x264.join(':'),
  ];
}

function vp8Arguments(profile: Profile, canvas: Canvas): string[] {
  // Without a bitrate libvpx takes 256 kbit/s; 0.08 bit per pixel at 30 fps is ample for a camera.
  const kbps =
    profile.videoBitrateKbps ??
    Math.max(
      300,
      Math.round((canvas.width * canvas.height * (constantFps(profile) ?? usualFps) * 0.08) / 1000),
    );
  // x264's 0..51 onto libvpx's 4..63.
  const crf = Math.round(4 + (profile.crf / 51) * 59);
  return [
    '-c:v',
    'libvpx',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-lag-in-frames',
    '0',
    '-auto-alt-ref',
    '0',
    '-error-resilient',
    'default',
    '-b:v',
    `${kbps}k`,
    '-maxrate',
    `${Math.round(kbps * 1.5)}k`,
    '-bufsize',
    `${kbps * 2}k`,
    ...(profile.videoBitrateKbps === null ? ['-crf', String(crf)] : []),
    '-threads:v',
    String(encoderThreads(profile, canvas)),
  ];
}

/** One thread encodes 720p30 three times over at `veryfast`; more threads cost memory per participant. */
function encoderThreads(profile: Profile, canvas: Canvas): number {
  const pixels = canvas.width * canvas.height;
  const isQuick =
    profile.preset === 'ultrafast' || profile.preset === 'superfast' || profile.preset === 'veryfast';
  if (pixels > 1920 * 1088) return 4;
  return pixels > 1280 * 720 || !isQuick ? 2 : 1;
}

/**
 * Audio comes without a gap, silence included: its samples are counted, and nothing is stretched, cut or put in
 * because a timestamp is rounded to a millisecond.
 */
export function audioArguments(profile: Profile): string[] {
  return ['-af', 'asetpts=N/SR/TB', ...audioEncoderArguments(profile)];
}

/**
 * For a packet that libopus believes lost it takes as its beginning what needs none before it. When segments are joined, the first
 * packet of an encoder follows another one's: without it, what follows is a third of as loud or thrice as loud, for 100 ms. With
 * less than 20 % a low tone still is (ffmpeg 9.0); it costs no quality at these bit rates.
 */
const believedLossPercent = 20;

/** Codec, bit rate, sample rate and channels of the profile, without correction of timestamps. */
export function audioEncoderArguments(profile: Profile): string[] {
  const codec =
    codecNames(profile).audio === 'opus'
      ? ['-c:a', 'libopus', '-frame_duration', '20', '-packet_loss', String(believedLossPercent)]
      : ['-c:a', 'aac'];
  return [...codec, '-b:a', `${profile.audioBitrateKbps}k`, '-ar', String(audioSampleRateHz), '-ac', '2'];
}

function growingFileArguments(profile: Profile, hasVideo: boolean): string[] {
  return [
    // Memory of the muxer when one stream is silent: half a second, then the other one goes on alone.
    '-max_interleave_delta',
    '500000',
    '-max_muxing_queue_size',
    '512',
    '-muxing_queue_data_threshold',
    '8388608',
    '-flush_packets',
    '1',
    ...(profile.container === 'mp4'
      ? fragmentedMp4Arguments(hasVideo)
      : matroskaArguments(profile.container)),
  ];
}

/**
 * A frame lasts until the next one. The muxer puts the first frame of a fragment where the last one of the fragment before ends,
 * and of an encoder that one's duration is a slot: the next frame stood early, by up to a second, when audio had gone on alone.
 */
const lastsUntilTheNext = "setts=duration='if(gt(NEXT_DTS,DTS),NEXT_DTS-DTS,DURATION)'";

function fragmentedMp4Arguments(hasVideo: boolean): string[] {
  return [
    ...(hasVideo ? ['-bsf:v', lastsUntilTheNext] : []),
    '-f',
    'mp4',
    '-video_track_timescale',
    String(mp4VideoTimescale),
    // `delay_moov` holds the header back until the first fragment, and lets it carry the edit list that says
    // where the encoder's priming ends. Without it all but the first frame are shifted by 21 ms.
    '-movflags',
    'frag_keyframe+empty_moov+default_base_moof+delay_moov',
    '-frag_duration',
    String(fragmentMs * 1000),
  ];
}

function matroskaArguments(container: 'mkv' | 'webm'): string[] {
  return ['-f', container === 'mkv' ? 'matroska' : 'webm', '-cluster_time_limit', String(fragmentMs)];
}
