import type { ConsoleParticipant } from '../../src-main/contract/console-participant.js';
import type { LosingStream, LossAlarm, LossCause } from '../../src-main/contract/loss-watch.js';
import type { Losses } from '../../src-main/contract/losses.js';
import { profiles } from '../../src-main/contract/profile.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { SinkSnapshot, Snapshot } from '../../src-main/contract/snapshot.js';
import { formatSeconds } from '../../src-main/format/content-text.js';
import { formatQuantity } from '../../src-main/format/number.js';
import { shownName } from './participants.js';

/** Once a take is over nothing of it is being lost any more: what was is told in the past tense. */
export function pastLosses(alarm: LossAlarm): LossAlarm {
  return {
    ...alarm,
    isLosing: false,
    streams: alarm.streams.map((stream) => ({ ...stream, isLosing: false })),
  };
}

/** Calls people in an alarm as the tiles do: a file that began before its person was named knows their identity alone. */
export function withShownNames(
  alarm: LossAlarm,
  sinks: readonly Pick<SinkSnapshot, 'file' | 'identity' | 'kind'>[],
  participants: readonly Pick<ConsoleParticipant, 'identity' | 'name'>[],
  shorten: (name: string) => string = (name) => name,
): LossAlarm {
  const nameOf = ({ file, name }: LosingStream): string => {
    const sink = sinks.find((one) => one.file === file);
    const participant = participants.find(({ identity }) => identity === sink?.identity);
    if (sink === undefined || participant === undefined) return shorten(name);
    return `${shorten(shownName(participant))}${sink.kind === 'screenShare' ? '’s screen' : ''}`;
  };
  return { ...alarm, streams: alarm.streams.map((stream) => ({ ...stream, name: nameOf(stream) })) };
}

/** `96 frames and 3.2 s of audio so far.` */
export function lossAmount({ streams }: LossAlarm): string {
  const sum = (medium: LosingStream['medium']): number =>
    streams.reduce((total, stream) => total + (stream.medium === medium ? stream.lost : 0), 0);
  return amountText(sum('video'), sum('audio'));
}

/** The same of a take that has ended, by its own account; empty when nothing is lost. */
export function finalAmount({ audio, video }: Losses): string {
  return amountText(video.lostFrames + video.missedFrames, audio.lostMs);
}

function amountText(frames: number, audioMs: number): string {
  return [
    ...(frames === 0 ? [] : [formatQuantity(frames, 'frame')]),
    ...(audioMs === 0 ? [] : [`${formatSeconds(audioMs)} of audio`]),
  ].join(' and ');
}

/** Audio that is lost is red, and so is video of an encoder that failed or a disk that is full. */
export function lossTone({ streams }: LossAlarm): 'error' | 'warning' {
  return streams.some(({ medium, cause }) => medium === 'audio' || cause === 'encoderFailed')
    ? 'error'
    : 'warning';
}

/** What to do about it, and what does it; null where only a person can. */
export interface LossAdvice {
  readonly text: string;
  readonly action: SettingsAction | CopyAction | null;
}

/** Settings that help. */
export interface SettingsAction {
  readonly label: string;
  readonly change: Partial<Settings>;
  /** It may be done while the take runs. */
  readonly isForNow: boolean;
}

/** The take that runs is copied from now on, which takes a small part of the work. */
export interface CopyAction {
  readonly label: string;
  readonly command: 'continueCopied';
}

/** Whether the take that runs may go over to copy mode now, or has. */
export type CopyChance = 'may' | 'goingOver' | 'is' | 'no';

type AdvisingSettings = Pick<
  Settings,
  'profileName' | 'audioOnly' | 'crf' | 'memoryCeilingMegabytes' | 'container' | 'takeMode'
>;

/** Advice that fits the worst cause, the settings of the take, and what the streams deliver. */
export function adviseOnLoss(
  alarm: LossAlarm,
  settings: AdvisingSettings,
  governor: Snapshot['governor'],
  copy: CopyChance = 'no',
): LossAdvice {
  const cause = worstCause(alarm);
  const isOfEncoders =
    cause === 'encoderBehind' || (cause === 'savingMemory' && governor?.limitedBy !== 'ceiling');
  if (isOfEncoders && copy !== 'no') return copyAdvice(copy);
  switch (cause) {
    case 'encoderBehind':
      return lighterVideo(alarm, settings, 'The encoders do not keep up on this machine.');
    case 'diskBehind':
      return settings.takeMode !== 'copy' && settings.crf < smallFilesCrf && !settings.audioOnly
        ? {
            text: 'The disk does not keep up. Check it, and what else writes to it.',
            action: { label: 'Smaller files next take', change: { crf: smallFilesCrf }, isForNow: false },
          }
        : { text: 'The disk does not keep up. Record to another one.', action: null };
    case 'savingMemory':
      return governor?.limitedBy === 'ceiling' && settings.memoryCeilingMegabytes !== null
        ? {
            text: 'Video is reduced to stay below the memory ceiling.',
            action: { label: 'Remove ceiling', change: { memoryCeilingMegabytes: null }, isForNow: true },
          }
        : lighterVideo(alarm, settings, 'Video is reduced to stay within the memory budget.');
    case 'encoderFailed':
      return { text: 'ffmpeg ended and is started again. The log says why.', action: null };
    case 'recorderBusy':
      return { text: 'This machine is too busy. Close other programs.', action: null };
    case 'network':
      return {
        text: 'Frames do not arrive. Check the network here, and at the participants named.',
        action: null,
      };
    case 'order':
      return { text: 'Frames come twice or too late. The sender’s program is at fault.', action: null };
  }
}

function copyAdvice(copy: Exclude<CopyChance, 'no'>): LossAdvice {
  if (copy === 'is') return { text: 'What is sent is copied now, and nothing is encoded.', action: null };
  if (copy === 'goingOver')
    return { text: 'The take goes over to copy mode; the encoders go on until it has.', action: null };
  return {
    text: 'The encoders do not keep up on this machine. Copying what is sent takes a small part of the work.',
    action: { label: 'Copy from now on', command: 'continueCopied' },
  };
}

/** `Small files` of the output settings. */
const smallFilesCrf = 28;

/** Frames of at most this share of the canvas are enlarged by so much that it is work for nothing. */
const muchSmaller = 0.5;

/** From heavy to light; what does not fit what is recorded is left out. */
function lighterVideo(alarm: LossAlarm, settings: AdvisingSettings, text: string): LossAdvice {
  const { profileName, audioOnly } = settings;
  if (audioOnly) return { text: `${text} Close other programs.`, action: null };
  const { height, width } = profiles[profileName].canvas ?? profiles['720p30'].canvas;
  const sizes = alarm.streams.flatMap(({ pixels }) => (pixels === null ? [] : [pixels]));
  const areSmall = sizes.length > 0 && sizes.every((pixels) => pixels <= muchSmaller * width * height);
  if (profileName !== 'source' && areSmall) {
    return {
      text: `${text} They enlarge what is sent to ${profileTexts[profileName]}.`,
      action: { label: 'Source size next take', change: { profileName: 'source' }, isForNow: false },
    };
  }
  if (profileName === '1080p30') {
    return {
      text: `${text} 720p takes less than half of the work.`,
      action: { label: '720p next take', change: { profileName: '720p30' }, isForNow: false },
    };
  }
  if (profileName === 'source' && !areSmall) {
    return {
      text: `${text} A smaller size takes less work.`,
      action: { label: '720p next take', change: { profileName: '720p30' }, isForNow: false },
    };
  }
  return {
    text: `${text} Close other programs, or record fewer participants.`,
    action: { label: 'Audio only next take', change: { audioOnly: true }, isForNow: false },
  };
}

/** What comes late or twice on a machine that is too busy is no fault of the network's, nor of a sender's. */
const fromOutside: readonly LossCause[] = ['network', 'order'];
/** Of all that is lost, what is lost on this machine tells the cause from this share on. */
const ownShare = 0.1;

/** What most is lost to now, or else was: audio before video. */
function worstCause({ streams }: LossAlarm): LossCause {
  const present = preferred(streams, ({ isLosing }) => isLosing);
  const sums = sumsByCause(preferred(present, ({ medium }) => medium === 'audio'));
  const own = sums.filter(({ cause }) => !fromOutside.includes(cause));
  const isOwn = sumOf(own) >= ownShare * sumOf(sums) && own.length > 0;
  const [most] = (isOwn ? own : sums).sort((a, b) => b.lost - a.lost);
  return most?.cause ?? 'network';
}

/** Those that are so; all when none is. */
function preferred(
  streams: readonly LosingStream[],
  isPreferred: (stream: LosingStream) => boolean,
): readonly LosingStream[] {
  const chosen = streams.filter(isPreferred);
  return chosen.length === 0 ? streams : chosen;
}

type LostTo = Pick<LosingStream, 'cause' | 'lost'>;

function sumsByCause(streams: readonly LosingStream[]): LostTo[] {
  const sums = new Map<LossCause, number>();
  for (const { cause, lost } of streams) sums.set(cause, (sums.get(cause) ?? 0) + lost);
  return [...sums].map(([cause, lost]) => ({ cause, lost }));
}

function sumOf(all: readonly LostTo[]): number {
  return all.reduce((sum, { lost }) => sum + lost, 0);
}

/** Changed settings as words: `720p`, `audio only`. */
export function settingsText({ profileName, audioOnly, crf }: Partial<Settings>): string {
  return [
    ...(profileName === undefined ? [] : [profileTexts[profileName]]),
    ...(audioOnly === true ? ['audio only'] : []),
    ...(crf === undefined ? [] : ['smaller files']),
  ].join(', ');
}

const profileTexts: Readonly<Record<Settings['profileName'], string>> = {
  '720p30': '720p',
  '1080p30': '1080p',
  source: 'the source’s size',
};
