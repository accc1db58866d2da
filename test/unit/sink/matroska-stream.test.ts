import { describe, expect, it } from 'vitest';
import { MatroskaBlocks, matroskaHeader } from '../../../src-main/sink/matroska-stream.js';

/** Names and kinds of the elements that the stream is made of, as RFC 8794 and RFC 9559 number them. */
const elements: Readonly<
  Record<string, readonly [name: string, kind: 'master' | 'uint' | 'text' | 'float']>
> = {
  '1a45dfa3': ['EBML', 'master'],
  '4286': ['EBMLVersion', 'uint'],
  '42f7': ['EBMLReadVersion', 'uint'],
  '42f2': ['EBMLMaxIDLength', 'uint'],
  '42f3': ['EBMLMaxSizeLength', 'uint'],
  '4282': ['DocType', 'text'],
  '4287': ['DocTypeVersion', 'uint'],
  '4285': ['DocTypeReadVersion', 'uint'],
  '18538067': ['Segment', 'master'],
  '1549a966': ['Info', 'master'],
  '2ad7b1': ['TimestampScale', 'uint'],
  '4d80': ['MuxingApp', 'text'],
  '5741': ['WritingApp', 'text'],
  '1654ae6b': ['Tracks', 'master'],
  ae: ['TrackEntry', 'master'],
  d7: ['TrackNumber', 'uint'],
  '73c5': ['TrackUID', 'uint'],
  '83': ['TrackType', 'uint'],
  '9c': ['FlagLacing', 'uint'],
  '86': ['CodecID', 'text'],
  e0: ['Video', 'master'],
  b0: ['PixelWidth', 'uint'],
  ba: ['PixelHeight', 'uint'],
  '2eb524': ['UncompressedFourCC', 'text'],
  e1: ['Audio', 'master'],
  b5: ['SamplingFrequency', 'float'],
  '9f': ['Channels', 'uint'],
  '6264': ['BitDepth', 'uint'],
  '1f43b675': ['Cluster', 'master'],
  e7: ['Timestamp', 'uint'],
};

type Tree = [name: string, content: Tree[] | string | number];

/** An EBML number: the leading zero bits of its first byte tell how many bytes follow. */
function numberLength(first: number): number {
  return Math.clz32(first) - 23;
}

/** Reads elements; one of unknown size lasts until the end, as a live Segment does. */
function parse(bytes: Buffer): Tree[] {
  const tree: Tree[] = [];
  for (let at = 0; at < bytes.length;) {
    const id = bytes.subarray(at, at + numberLength(bytes[at] ?? 0)).toString('hex');
    at += id.length / 2;
    const length = numberLength(bytes[at] ?? 0);
    const size = bytes.readBigUInt64BE(at) & 0x00ffffffffffffffn;
    expect(length, 'sizes have eight bytes').toBe(8);
    at += length;
    const isUnknown = size === 0x00ffffffffffffffn;
    const content = isUnknown ? bytes.subarray(at) : bytes.subarray(at, at + Number(size));
    if (!isUnknown) expect(content).toHaveLength(Number(size));
    at += content.length;
    tree.push(read(id, content));
  }
  return tree;
}

function read(id: string, content: Buffer): Tree {
  const [name, kind] = elements[id] ?? [`unknown ${id}`, 'text'];
  if (kind === 'master') return [name, parse(content)];
  if (kind === 'uint') return [name, Number(content.readBigUInt64BE())];
  if (kind === 'float') return [name, content.readDoubleBE()];
  return [name, content.toString('latin1')];
}

const audio = { sampleRateHz: 48_000, channels: 2 };
const audioEntry: Tree = [
  'TrackEntry',
  [
    ['TrackNumber', 2],
    ['TrackUID', 2],
    ['TrackType', 2],
    ['FlagLacing', 0],
    ['CodecID', 'A_PCM/INT/LIT'],
    [
      'Audio',
      [
        ['SamplingFrequency', 48_000],
        ['Channels', 2],
        ['BitDepth', 16],
      ],
    ],
  ],
];

describe('the header', () => {
  it('declares a live Matroska stream of frames and PCM, in milliseconds', () => {
    expect(parse(matroskaHeader({ video: { width: 1280, height: 720 }, audio }))).toEqual([
      [
        'EBML',
        [
          ['EBMLVersion', 1],
          ['EBMLReadVersion', 1],
          ['EBMLMaxIDLength', 4],
          ['EBMLMaxSizeLength', 8],
          ['DocType', 'matroska'],
          ['DocTypeVersion', 4],
          ['DocTypeReadVersion', 2],
        ],
      ],
      [
        'Segment',
        [
          [
            'Info',
            [
              ['TimestampScale', 1_000_000],
              ['MuxingApp', 'plateau'],
              ['WritingApp', 'plateau'],
            ],
          ],
          [
            'Tracks',
            [
              [
                'TrackEntry',
                [
                  ['TrackNumber', 1],
                  ['TrackUID', 1],
                  ['TrackType', 1],
                  ['FlagLacing', 0],
                  ['CodecID', 'V_UNCOMPRESSED'],
                  [
                    'Video',
                    [
                      ['PixelWidth', 1280],
                      ['PixelHeight', 720],
                      ['UncompressedFourCC', 'I420'],
                    ],
                  ],
                ],
              ],
              audioEntry,
            ],
          ],
        ],
      ],
    ]);
  });

  it('leaves the frames out where there are none', () => {
    const [, segment] = parse(matroskaHeader({ video: null, audio }));
    expect(segment?.[1]).toContainEqual(['Tracks', [audioEntry]]);
  });
});

interface Block {
  readonly clusterMs: number | null;
  readonly payloadBytes: number;
  readonly track: number;
  readonly offsetMs: number;
  readonly flags: number;
}

/** Takes apart what stands before a payload: a cluster that begins, or not, and the block. */
function readBlock(header: Buffer): Block {
  const cluster = Buffer.from('1f43b67501ffffffffffffff', 'hex');
  const begins = header.subarray(0, cluster.length).equals(cluster);
  const timestamp = header.subarray(cluster.length, cluster.length + 17);
  if (begins) expect(timestamp.subarray(0, 9).toString('hex')).toBe('e70100000000000008');
  const block = begins ? header.subarray(cluster.length + 17) : header;
  expect(block).toHaveLength(13);
  expect(block[0]).toBe(0xa3);
  expect(block[1]).toBe(0x01);
  return {
    clusterMs: begins ? Number(timestamp.readBigUInt64BE(9)) : null,
    payloadBytes: Number(block.readBigUInt64BE(1) & 0x00ffffffffffffffn) - 4,
    track: (block[9] ?? 0) & 0x7f,
    offsetMs: block.readInt16BE(10),
    flags: block[12] ?? 0,
  };
}

describe('the blocks', () => {
  it('say whose they are, when, and how long, as frames that need no other', () => {
    const blocks = new MatroskaBlocks();
    const first = readBlock(blocks.blockHeader('video', 40, 1_382_416));
    expect(first).toEqual({ clusterMs: 40, payloadBytes: 1_382_416, track: 1, offsetMs: 0, flags: 0x80 });
    const second = readBlock(blocks.blockHeader('audio', 73.4, 7_680));
    expect(second).toEqual({ clusterMs: null, payloadBytes: 7_680, track: 2, offsetMs: 33, flags: 0x80 });
  });

  it('may lie before their cluster', () => {
    const blocks = new MatroskaBlocks();
    blocks.blockHeader('video', 3_000, 1);
    expect(readBlock(blocks.blockHeader('audio', 1_000, 1))).toMatchObject({
      clusterMs: null,
      offsetMs: -2_000,
    });
  });

  it('begin a cluster when they are more than five seconds from the start of the last', () => {
    const blocks = new MatroskaBlocks();
    const clusterOf = (timeMs: number): number | null =>
      readBlock(blocks.blockHeader('video', timeMs, 1)).clusterMs;
    expect([0, 5_000, 5_001, 10_001, 10_002, 5_002, 5_001].map(clusterOf)).toEqual([
      0,
      null,
      5_001,
      null,
      10_002,
      null,
      5_001,
    ]);
  });

  it('never lie before the start of the stream', () => {
    expect(readBlock(new MatroskaBlocks().blockHeader('video', -12, 1))).toMatchObject({
      clusterMs: 0,
      offsetMs: 0,
    });
  });

  it('hold sizes and times that take more than 32 bits', () => {
    const blocks = new MatroskaBlocks();
    const timeMs = 0x1_0000_0000 * 3 + 7;
    const payloadBytes = 0x1_0000_0000 + 9;
    expect(readBlock(blocks.blockHeader('video', timeMs, payloadBytes))).toMatchObject({
      clusterMs: timeMs,
      payloadBytes,
    });
  });
});
