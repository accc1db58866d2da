import { describe, expect, it } from 'vitest';
import { type Profile, profiles } from '../../../src-main/contract/profile.js';
import { codecNames, evenCanvas, liveEncodeArguments } from '../../../src-main/ffmpeg/ffmpeg-arguments.js';

const canvas = { width: 1280, height: 720 };

function argumentsOf(change: Partial<Profile> = {}, size: typeof canvas | null = canvas): string[] {
  return liveEncodeArguments({
    profile: { ...profiles['720p30'], ...change },
    canvas: size,
    videoInput: size !== null,
  });
}

function valueOf(given: string[], option: string): string | undefined {
  const at = given.lastIndexOf(option);
  return at < 0 ? undefined : given[at + 1];
}

describe('liveEncodeArguments', () => {
  it('has ffmpeg repeat the last frame where a slot of a constant rate is empty', () => {
    const given = argumentsOf();
    expect(valueOf(given, '-vf')).toContain(',fps=30:round=near,');
    expect(valueOf(given, '-fps_mode')).toBe('passthrough');
    expect(valueOf(given, '-enc_time_base:v')).toBe('1:30');
    // What `fps` holds must outlive a change of the frames' size.
    expect(valueOf(given.slice(0, given.indexOf('pipe:0')), '-reinit_filter:v')).toBe('0');
    // A slot is a whole number of ticks, and so is a millisecond.
    expect(Number(valueOf(given, '-video_track_timescale')) % 30).toBe(0);
    expect(Number(valueOf(given, '-video_track_timescale')) % 1000).toBe(0);
  });

  it('reads the frames as PGMYUV and keeps each one at its own millisecond at a variable rate', () => {
    const given = argumentsOf({ frameRate: 'variable' });
    expect(given.slice(0, given.indexOf('pipe:0'))).toContain('pgmyuv');
    expect(valueOf(given, '-fps_mode')).toBe('passthrough');
    // Of the video only: given to all streams it would round audio to milliseconds too.
    expect(valueOf(given, '-enc_time_base:v')).toBe('1:1000');
    expect(given).not.toContain('-enc_time_base');
  });

  it('fits every frame into an even canvas', () => {
    const filter = valueOf(argumentsOf({}, { width: 1281, height: 721 }), '-vf');
    expect(filter).toContain('scale=1280:720:force_original_aspect_ratio=decrease:force_divisible_by=2');
    expect(filter).toContain('pad=1280:720');
    expect(evenCanvas({ width: 1, height: 721 })).toEqual({ width: 2, height: 720 });
  });

  it('has the resampler on from the start, so that a first correction does not begin the audio anew', () => {
    expect(valueOf(argumentsOf(), '-af')).toBe('asetpts=N/SR/TB');
  });

  it('writes fragments of a quarter of a second to stdout, or clusters', () => {
    const mp4 = argumentsOf();
    expect(mp4.at(-1)).toBe('pipe:1');
    expect(valueOf(mp4, '-movflags')).toBe('frag_keyframe+empty_moov+default_base_moof+delay_moov');
    expect(valueOf(mp4, '-frag_duration')).toBe('250000');
    expect(valueOf(mp4, '-bsf:v')).toContain('NEXT_DTS-DTS');
    expect(argumentsOf({ container: 'mkv' })).not.toContain('-bsf:v');
    expect(valueOf(argumentsOf({ container: 'mkv' }), '-cluster_time_limit')).toBe('250');
    expect(valueOf(argumentsOf({ container: 'webm' }), '-c:v')).toBe('libvpx');
    expect(valueOf(argumentsOf({ container: 'webm' }), '-c:a')).toBe('libopus');
  });

  it('holds no frames back in the encoder', () => {
    const given = argumentsOf();
    expect(valueOf(given, '-bf')).toBe('0');
    expect(valueOf(given, '-rc-lookahead')).toBe('0');
  });

  it('encodes to a quality, or to a bitrate with a bound', () => {
    expect(valueOf(argumentsOf(), '-crf')).toBe('23');
    const given = argumentsOf({ videoBitrateKbps: 2_000 });
    expect(given).not.toContain('-crf');
    expect([valueOf(given, '-b:v'), valueOf(given, '-maxrate'), valueOf(given, '-bufsize')]).toEqual([
      '2000k',
      '3000k',
      '4000k',
    ]);
  });

  it('leaves video out when there is none', () => {
    const given = argumentsOf({}, null);
    expect(given).toContain('-vn');
    expect(given).not.toContain('-vf');
    expect(given).not.toContain('pgmyuv');
  });

  it('names the codecs as the files do', () => {
    expect(codecNames(profiles['720p30'])).toEqual({ video: 'h264', audio: 'aac' });
    expect(codecNames({ ...profiles['720p30'], container: 'webm' })).toEqual({ video: 'vp8', audio: 'opus' });
  });
});
