import { box, fullBox, u32, u64 } from '#engine/mp4/boxes.js';

/** One sample of a synthetic movie; its content is made of its size. */
export interface SyntheticSample {
  readonly sizeBytes: number;
  readonly ticks: number;
  readonly isSync?: boolean;
}

export interface SyntheticTrack {
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  readonly mediaTime?: number;
  readonly description?: Buffer;
}

const matrix = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);

/** @param config stands for the headers of the encoder */
export function videoDescription(config = 'sps pps', bitRate = 0): Buffer {
  const head = Buffer.alloc(78);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(320, 24);
  head.writeUInt16BE(180, 26);
  return box('avc1', head, box('avcC', Buffer.from(config)), box('btrt', u32(0, bitRate, bitRate)));
}

export function audioDescription(config = 0x1190, bitRate = 96_000): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt16BE(1, 6);
  head.writeUInt16BE(2, 16);
  head.writeUInt32BE(48_000 << 0, 24);
  const length = (bytes: number): number[] => [0x80, 0x80, 0x80, bytes];
  const rates = u32(bitRate, bitRate);
  const decoder = Buffer.from([5, ...length(2), config >> 8, config & 0xff]);
  const config4 = Buffer.concat([Buffer.from([0x40, 0x15, 0, 0, 0]), rates, decoder]);
  const parts = [
    Buffer.from([3, ...length(0x25), 0, 1, 0, 4, ...length(config4.length)]),
    config4,
    Buffer.from([6, ...length(1), 2]),
  ];
  return box('mp4a', head, fullBox('esds', 0, 0, ...parts));
}

export const ftyp = box('ftyp', Buffer.from('iso5'), u32(512), Buffer.from('iso5iso6mp41'));

/** The header that ffmpeg writes before the first fragment: tables without samples, edits, `mvex`. */
export function fragmentedHead(tracks: readonly SyntheticTrack[]): Buffer {
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    ...[u32(0, 0, 1000, 0, 0x1_0000), Buffer.from([1, 0]), Buffer.alloc(10), matrix, Buffer.alloc(24)],
    u32(tracks.length + 1),
  );
  const traks = tracks.map(({ description, kind, mediaTime = 0, timescale }, index) => {
    const isVideo = kind === 'video';
    const size = isVideo ? u32(320 << 16, 180 << 16) : u32(0, 0);
    const volume = Buffer.from([0, 0, 0, isVideo ? 0 : 1, isVideo ? 0 : 1, 0, 0, 0]);
    const tables = ['stts', 'stsc', 'stco'].map((type) => fullBox(type, 0, 0, u32(0)));
    const entry = description ?? (isVideo ? videoDescription() : audioDescription());
    const stbl = box(
      'stbl',
      fullBox('stsd', 0, 0, u32(1), entry),
      ...tables,
      fullBox('stsz', 0, 0, u32(0, 0)),
    );
    const header = isVideo ? fullBox('vmhd', 0, 1, Buffer.alloc(8)) : fullBox('smhd', 0, 0, Buffer.alloc(4));
    const dref = fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1));
    const handler = Buffer.from(isVideo ? 'vide' : 'soun');
    return box(
      'trak',
      fullBox('tkhd', 0, 3, u32(0, 0, index + 1, 0, 0), Buffer.alloc(8), volume, matrix, size),
      box('edts', fullBox('elst', 0, 0, u32(1, 0, mediaTime, 0x1_0000))),
      box(
        'mdia',
        fullBox('mdhd', 0, 0, u32(0, 0, timescale, 0), Buffer.from([0x55, 0xc4, 0, 0])),
        fullBox('hdlr', 0, 0, u32(0), handler, Buffer.alloc(13)),
        box('minf', header, box('dinf', dref), stbl),
      ),
    );
  });
  const trex = tracks.map((_, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0)));
  return Buffer.concat([ftyp, box('moov', mvhd, ...traks, box('mvex', ...trex))]);
}

/** A fragment as ffmpeg writes it: one run for each track, one `mdat` with all of them. */
export function fragment(
  runs: readonly { readonly trackId: number; readonly dts: number; readonly samples: SyntheticSample[] }[],
): Buffer {
  const moofOf = (offsets: number[]): Buffer =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(1)),
      ...runs.map(({ dts, samples, trackId }, index) =>
        box(
          'traf',
          fullBox('tfhd', 0, 0x2_0000, u32(trackId)),
          fullBox('tfdt', 1, 0, u64(dts)),
          fullBox(
            'trun',
            0,
            0x701,
            u32(samples.length, offsets[index] ?? 0),
            ...samples.map((sample) =>
              u32(sample.ticks, sample.sizeBytes, sample.isSync === false ? 0x101_0000 : 0x200_0000),
            ),
          ),
        ),
      ),
    );
  const headerBytes = moofOf(runs.map(() => 0)).length + 8;
  let atBytes = headerBytes;
  const offsets = runs.map(({ samples }) => {
    const offset = atBytes;
    atBytes += samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return offset;
  });
  const contents = runs.flatMap(({ samples }) => samples.map(sampleContent));
  return Buffer.concat([moofOf(offsets), box('mdat', ...contents)]);
}

export function sampleContent({ sizeBytes }: SyntheticSample): Buffer {
  return Buffer.alloc(sizeBytes, sizeBytes & 0xff);
}
