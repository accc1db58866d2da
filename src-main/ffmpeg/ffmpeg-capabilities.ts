import { PlateauError } from '../contract/errors.js';
import { type Container, containerSchema, type Profile } from '../contract/profile.js';
import { codecNames } from './ffmpeg-arguments.js';
import { type FfmpegBinary, installHint } from './ffmpeg-binary.js';
import { KeptParts } from './kept-parts.js';
import { runFfmpegToExit } from './run-ffmpeg.js';

/** The kinds of parts that ffmpeg is built of, by the option that lists them. */
const partKinds = {
  encoders: 'encoder',
  decoders: 'decoder',
  muxers: 'muxer',
  demuxers: 'demuxer',
  filters: 'filter',
  bsfs: 'bitstream filter',
} as const;
type PartKind = keyof typeof partKinds;

/** Parts of ffmpeg, by kind. */
export type FfmpegParts = Readonly<Partial<Record<PartKind, readonly string[]>>>;

/** Older ones know no `-fps_mode`; Debian 12 has this one. */
const oldestVersion = { major: 5, minor: 1 } as const;
/** Long for a list; a machine with other work on its cores may take seconds. */
const listLimitMs = 30_000;

const encoders = {
  mp4: ['libx264', 'aac'],
  mkv: ['libx264', 'aac'],
  webm: ['libvpx', 'libopus'],
} as const satisfies Record<Container, readonly [video: string, audio: string]>;
const muxers = { mp4: 'mp4', mkv: 'matroska', webm: 'webm' } as const satisfies Record<Container, string>;
const demuxers = { mp4: 'mp4', mkv: 'matroska', webm: 'matroska' } as const satisfies Record<
  Container,
  string
>;

/** What reads a file of the profile again: the check of a take needs no more. */
export function partsForVerifying(profile: Profile, hasVideo: boolean): FfmpegParts {
  const { video, audio } = codecNames(profile);
  return {
    decoders: [...(hasVideo ? [video] : []), audio],
    demuxers: [demuxers[profile.container]],
    muxers: ['framecrc'],
  };
}

/** What reads files that hold what was sent. @param videoCodecs those of the files, as ffmpeg calls them */
export function partsForCopied(videoCodecs: readonly string[]): FfmpegParts {
  return {
    // Of AV1 there are several decoders, and none is called like it in every build.
    decoders: [...new Set([...videoCodecs.filter((codec) => codec !== 'av1'), 'opus'])],
    ...{ demuxers: ['matroska'], muxers: ['framecrc'] },
  };
}

/** What makes MP4 files of originals. @param videoCodecs those of the originals, as ffmpeg calls them */
export function partsForDelivering(videoCodecs: readonly string[]): FfmpegParts {
  const { decoders = [], demuxers = [], muxers: reading = [] } = partsForCopied(videoCodecs);
  return {
    encoders: ['libx264', 'aac'],
    decoders: [...new Set([...decoders, 'h264', 'aac'])],
    demuxers: [...demuxers, 'concat', 'mp4'],
    muxers: [...reading, 'framehash', 'mp4', 'segment', 'null'],
    filters: [
      ...['aresample', 'asetnsamples', 'asettb', 'astats', 'ametadata'],
      ...(videoCodecs.length === 0
        ? []
        : [
            'scale',
            'pad',
            'setsar',
            'setparams',
            'fps',
            'drawbox',
            'tpad',
            'setpts',
            'settb',
            'showinfo',
            'transpose',
            'hflip',
            'vflip',
          ]),
    ],
  };
}

/** What a take of the profile is recorded, finalized and verified with. */
export function partsForRecording(profile: Profile, hasVideo: boolean): FfmpegParts {
  const { container } = profile;
  const [videoEncoder, audioEncoder] = encoders[container];
  const verifying = partsForVerifying(profile, hasVideo);
  return {
    encoders: [...(hasVideo ? [videoEncoder] : []), audioEncoder],
    decoders: [...(hasVideo ? ['pgmyuv'] : []), 'pcm_s16le', ...(verifying.decoders ?? [])],
    muxers: [muxers[container], 'framecrc'],
    demuxers: [...new Set(['matroska', 'concat', 'lavfi', demuxers[container]])],
    filters: ['aresample', 'anullsrc', ...(hasVideo ? ['setparams', 'scale', 'pad', 'setsar', 'color'] : [])],
    bsfs: [...(hasVideo ? ['setts'] : []), ...(container === 'mkv' ? ['noise'] : [])],
  };
}

/**
 * Refuses an ffmpeg that lacks something.
 *
 * @throws PlateauError `ffmpegUnsuitable`, naming what lacks and what mends it; `tooManyOpenFiles`
 */
export async function assertHasParts(ffmpeg: FfmpegBinary, parts: FfmpegParts): Promise<void> {
  assertVersion(ffmpeg);
  const kept = await KeptParts.of(ffmpeg);
  const notKept = kept === null ? parts : missingOf(parts, kept.lists);
  // What lacks is asked of itself, whatever was kept.
  const missing = await missingParts(ffmpeg, notKept, kept);
  const named = Object.entries(partKinds).flatMap(([kind, name]) => {
    const names = missing[kind as PartKind] ?? [];
    return names.length === 0 ? [] : [`the ${name}${names.length > 1 ? 's' : ''} ${names.join(' and ')}`];
  });
  if (named.length === 0) return;
  throw unsuitable(ffmpeg, `lacks ${named.join(', ')}`, await alternative(ffmpeg, missing));
}

/** The error for an ffmpeg that runs and cannot do what is needed. @param what follows its name: `lacks ...` */
export function unsuitable(
  ffmpeg: FfmpegBinary,
  what: string,
  alsoPossible = '',
  cause?: unknown,
): PlateauError {
  const where = ffmpeg.source === 'option' ? 'the path given' : ffmpeg.source;
  return new PlateauError(
    'ffmpegUnsuitable',
    `ffmpeg ${ffmpeg.version} (from ${where}) ${what}.`,
    `${installHint(ffmpeg.source)}${alsoPossible}`,
    { cause },
  );
}

function assertVersion(ffmpeg: FfmpegBinary): void {
  // Builds from git have no number: what they lack is found in another way.
  const [, major, minor] = /^n?(\d{1,2})\.(\d+)/.exec(ffmpeg.version) ?? [];
  if (major === undefined || minor === undefined) return;
  const isOld =
    Number(major) < oldestVersion.major ||
    (Number(major) === oldestVersion.major && Number(minor) < oldestVersion.minor);
  if (isOld)
    throw unsuitable(
      ffmpeg,
      `is too old: Plateau needs ${oldestVersion.major}.${oldestVersion.minor} or newer`,
    );
}

/** @returns those that are not in the lists */
function missingOf(parts: FfmpegParts, lists: Readonly<Record<string, readonly string[]>>): FfmpegParts {
  const missing = (Object.keys(partKinds) as PartKind[]).map((kind) => {
    const present = new Set(lists[kind]);
    return [kind, (parts[kind] ?? []).filter((name) => !present.has(name))] as const;
  });
  return Object.fromEntries(missing.filter(([, names]) => names.length > 0));
}

async function missingParts(
  ffmpeg: FfmpegBinary,
  parts: FfmpegParts,
  kept: KeptParts | null,
): Promise<FfmpegParts> {
  const kinds = (Object.keys(partKinds) as PartKind[]).filter((kind) => (parts[kind]?.length ?? 0) > 0);
  if (kinds.length === 0) return {};
  const lists = Object.fromEntries(
    await Promise.all(kinds.map(async (kind) => [kind, [...(await listOf(ffmpeg, kind))]] as const)),
  );
  await kept?.add(lists);
  return missingOf(parts, lists);
}

/** Another format, when only the encoders of this one are missing. */
async function alternative(ffmpeg: FfmpegBinary, missing: FfmpegParts): Promise<string> {
  if (missing.encoders === undefined) return '';
  const present = await listOf(ffmpeg, 'encoders');
  const possible = containerSchema.options.filter((container) =>
    encoders[container].every((encoder) => present.has(encoder)),
  );
  return possible.length === 0
    ? ''
    : ` This one can record ${possible.join(' and ')}: --format ${possible[0] ?? ''}.`;
}

async function listOf(ffmpeg: FfmpegBinary, kind: PartKind): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const { exitCode } = await runFfmpegToExit({
    ffmpegPath: ffmpeg.path,
    arguments: ['-hide_banner', `-${kind}`],
    silenceLimitMs: listLimitMs,
    onStdoutLine: (line) => {
      for (const name of namesIn(kind, line)) names.add(name);
    },
  });
  if (exitCode !== 0 || names.size === 0)
    throw unsuitable(ffmpeg, `does not say which ${partKinds[kind]}s it has`);
  return names;
}

/** ` V....D libx264  ...`, ` D  mov,mp4,m4a  ...`, ` ..C scale V->V ...`; bitstream filters stand alone. */
function namesIn(kind: PartKind, line: string): readonly string[] {
  if (kind === 'bsfs') return /^\w+$/.test(line.trim()) ? [line.trim()] : [];
  const names = /^ [A-Zd. |]{1,6} +([\w,.-]+)(?: |$)/.exec(line)?.[1];
  return names === undefined ? [] : names.split(',');
}
