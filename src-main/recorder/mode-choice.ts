import { availableParallelism } from 'node:os';
import { copyProfile, type Profile, usualFps } from '../contract/profile.js';
import type { TakeMode, TakeRequest } from '../contract/recording.js';
import { formatQuantity } from '../format/number.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import { coresInUseByOthers } from '../process/cores-in-use.js';
import { type MachineCost, machineCost } from '../sink/machine-cost.js';

/** How a take is to be recorded, and why. */
export interface ModeDecision {
  readonly mode: TakeMode;
  /** In a sentence or two. */
  readonly reason: string;
  /** Encoding may be more than this machine can carry, and copy mode cannot be had. */
  readonly isTooMuch: boolean;
}

/** What is published, as far as its cost goes. */
type Publication = Pick<PublicationInfo, 'declaredSize' | 'identity' | 'isMuted' | 'kind' | 'role'>;

/** The rest is for whatever else runs: beyond, a moment of somebody else's work makes an encoder late. */
const usableShare = 0.75;
/** A camera that does not say its size. */
const usualSize = { width: 1280, height: 720 } as const;
/** Screens are shared at half the rate of a camera (LiveKit's own presets). */
const screenFps = 15;
/** Opus is decoded and AAC encoded, sample for sample: a hundredth of a core each, on a machine of today. */
const audioCores = 0.02;
/** Less of other programs is not worth a word. */
const toldCores = 0.1;

/** What of a machine a take can have. */
export interface MachineShare {
  readonly cores: number;
  /** Cores that other programs use at the moment. */
  readonly othersCores: number;
  readonly cost: MachineCost;
  /** Why copy mode cannot be had, in a sentence; null when it can. */
  readonly obstacle: string | null;
}

/**
 * Decides how a take is recorded: it is encoded as long as this machine can carry what is published now, and copied beyond.
 *
 * @param publications everything that is to be recorded
 */
export function chooseMode(
  publications: readonly Publication[],
  { audioOnly, profile }: Pick<TakeRequest, 'audioOnly' | 'profile'>,
  { cores, cost, obstacle, othersCores }: MachineShare,
): ModeDecision {
  const videos = audioOnly ? [] : publications.filter(({ kind }) => kind === 'video');
  const audios = publications.filter(({ kind }) => kind === 'audio');
  const needed =
    audios.length * audioCores + videos.reduce((sum, video) => sum + coresFor(video, profile, cost), 0);
  const what = [
    ...(videos.length > 0 ? [formatQuantity(videos.length, 'video track')] : []),
    ...(audios.length > 0 ? [formatQuantity(audios.length, 'audio track')] : []),
  ].join(' and ');
  const others = othersCores < toldCores ? '' : `, and other programs use ${othersCores.toFixed(1)} now`;
  const need = `To encode ${what === '' ? 'nothing' : what} takes about ${needed.toFixed(1)} of ${formatQuantity(cores, 'core')}${others}`;
  if (needed <= usableShare * cores - othersCores)
    return { mode: 'encode', isTooMuch: false, reason: `${need}.` };
  if (obstacle === null)
    return { mode: 'copy', isTooMuch: false, reason: `${need}: what is sent is copied.` };
  return { mode: 'encode', isTooMuch: true, reason: `${need}: this may be too much. ${obstacle}` };
}

function coresFor({ declaredSize, role }: Publication, profile: Profile, cost: MachineCost): number {
  const sent = declaredSize ?? usualSize;
  const canvas = profile.canvas ?? sent;
  const sentFps = role === 'screenShare' ? screenFps : usualFps;
  // At a constant rate what does not come is repeated.
  const writtenFps = profile.frameRate === 'constant' ? (profile.maxFps ?? usualFps) : sentFps;
  const receivedMs = megapixels(sent) * sentFps * cost.receiveMs;
  const encodedMs = megapixels(canvas) * writtenFps * cost.encodeMs;
  return (receivedMs + encodedMs) / 1000;
}

function megapixels({ width, height }: { readonly width: number; readonly height: number }): number {
  return (width * height) / 1e6;
}

/** Who is recorded, and what it is done with. */
export interface ModeQuestion {
  readonly publications: readonly Publication[];
  readonly request: Pick<TakeRequest, 'audioOnly' | 'except' | 'participants' | 'profile'>;
  /** Why copy mode cannot be had, in a sentence; null when it can. */
  readonly obstacle: string | null;
}

/**
 * The same, by what encoding costs on this machine, which is measured once.
 *
 * @throws PlateauError `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function decideMode({ obstacle, publications, request }: ModeQuestion): Promise<ModeDecision> {
  const { audioOnly, except = [], participants } = request;
  const cost = audioOnly ? freeOfVideo : await machineCost(request.profile);
  const othersCores = await coresInUseByOthers();
  const wanted = publications.filter(
    ({ identity, isMuted }) =>
      !isMuted && (participants?.includes(identity) ?? true) && !except.includes(identity),
  );
  if (cost === null) {
    const reason = 'What encoding costs on this machine could not be measured.';
    return { mode: 'encode', isTooMuch: false, reason };
  }
  return chooseMode(
    wanted,
    { audioOnly, profile: request.profile },
    {
      ...{ cost, obstacle, othersCores, cores: availableParallelism() },
    },
  );
}

const freeOfVideo: MachineCost = { encodeMs: 0, receiveMs: 0 };

/** Measures what encoding costs on this machine before it is asked. Never rejects: what is wrong with ffmpeg is said then. */
export async function prepareModeChoice(profile: Profile): Promise<void> {
  await machineCost(profile).catch(() => undefined);
}

/** The same take, copied: what is for an encoder alone is left out. */
export function copiedRequest(request: TakeRequest, modeReason: string): TakeRequest {
  const { audioOnly, backupFolder, except, fallbackFolder, maxFiles, outputFolder, participants, plannedMs } =
    request;
  const { splitBytes, splitEveryMs } = request;
  return {
    ...{ audioOnly, except, maxFiles, outputFolder, participants, plannedMs, modeReason },
    ...{ backupFolder, fallbackFolder, splitBytes, splitEveryMs },
    ...{ mode: 'copy', profile: copyProfile, memoryCeilingBytes: null },
  };
}
