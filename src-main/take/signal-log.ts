import { caps, signalRules } from '../contract/limits.js';
import { countSignals } from '../contract/loss-account.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { SignalAlarm, SignalGap } from '../contract/signal-alarms.js';
import { signalAlarmSentence, signalHint, signalOverSentence } from '../format/signal-text.js';
import type { TrackState } from '../livekit/room-publications.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/**
 * An alarm that comes from another process may be gone a moment before it is known here that its track was muted or has ended: for
 * so long nobody says that the signal is back, in milliseconds.
 */
const settleElsewhereMs = 1_000;

type LoggedGap = Omit<SignalGap, 'file'>;

/** Behind a rejoin tracks are judged anew: a little more than that takes, in milliseconds. */
const judgedAfterMs: Readonly<Record<SignalAlarm['kind'], number>> = {
  noFrames: signalRules.nothingAfterMs + 2_000,
  noAudio: signalRules.nothingAfterMs + 2_000,
  notDecrypted: signalRules.nothingAfterMs + 2_000,
  frozenVideo: signalRules.frozenAfterMs + 2_000,
  digitalSilence: signalRules.silentAfterMs + 2_000,
  lowFrameRate: 2 * signalRules.rateWindowMs + 2_000,
};

/** What the manifest says of the signals of a take. */
type ManifestSignals = Pick<Manifest, 'signalGaps' | 'signalGapsLeftOut'>;

/** What the take records: alarms of other tracks are none of its concern. */
interface SignalLogOptions {
  readonly report: EventReporter;
  readonly audioOnly: boolean;
  readonly isArmed: (identity: string) => boolean;
}

/**
 * Where the tracks of a take were on and did not deliver what they should: each time is told once when it is noticed
 * and once when it is over, and kept for the manifest. Has a cap, `caps.signalGaps`; further ones are told and counted.
 */
export class SignalLog {
  readonly #options: SignalLogOptions;
  readonly #gaps: LoggedGap[] = [];
  /** Those that last, by track. */
  readonly #open = new Map<string, LoggedGap>();
  /** Those of which nothing has been known since the connection was lost. */
  readonly #held = new Set<LoggedGap>();
  /** Those whose alarm is gone, and since when: whether the signal is back is not settled. */
  readonly #gone = new Map<LoggedGap, number>();
  /** When the connection was back, on the take's timeline; Infinity while it is lost. */
  #connectedMs = -Infinity;
  #leftOut = 0;

  constructor(options: SignalLogOptions) {
    this.#options = options;
  }

  /**
   * Called a few times a second with what is wrong at the moment.
   *
   * @param clock the take's
   * @param stateOf what has become of a track whose alarm is gone
   * @param isElsewhere alarms come from another process than what is known of the tracks
   * @returns whether anything began or ended
   */
  update(
    clock: TakeClock,
    alarms: readonly SignalAlarm[],
    stateOf: (trackSid: string) => TrackState,
    isElsewhere = false,
  ): boolean {
    const settleMs = isElsewhere ? settleElsewhereMs : 0;
    const nowMs = clock.nowMs();
    let hasChanged = false;
    for (const [trackSid, gap] of this.#open) {
      const alarm = alarms.find((one) => one.trackSid === trackSid);
      if (alarm?.kind === gap.kind) {
        this.#held.delete(gap);
        this.#gone.delete(gap);
        continue;
      }
      const state = stateOf(trackSid);
      const isBack = state === 'delivers' && isOfNothing(gap);
      if (nowMs - this.#connectedMs < judgedAfterMs[gap.kind] && !isBack) {
        this.#held.add(gap);
        continue;
      }
      if (isBack) this.#held.delete(gap);
      const goneMs = this.#gone.get(gap) ?? nowMs;
      this.#gone.set(gap, goneMs);
      if (alarm === undefined && isOn(state) && nowMs - goneMs < settleMs) continue;
      // It was over when the connection was back: nobody knew.
      const isHeld = this.#held.delete(gap);
      const endMs = isHeld ? this.#connectedMs : goneMs - (isOn(state) ? lookedForMs(gap) : 0);
      this.#end(gap, endMs, alarm === undefined ? state : 'otherAlarm');
      hasChanged = true;
    }
    // What is missing from a pause is missing from no file; what is still missing behind it, from there on.
    for (const alarm of clock.isPaused ? [] : alarms) {
      if (this.#open.has(alarm.trackSid) || !this.#isRecorded(alarm)) continue;
      this.#begin(alarm, clock);
      hasChanged = true;
    }
    return hasChanged;
  }

  /** The connection is lost, or back: what was wrong before is not over because nobody looks. @param nowMs of the take */
  connectionChanged(isConnected: boolean, nowMs: number): void {
    if (!isConnected) this.#connectedMs = Infinity;
    else if (this.#connectedMs === Infinity) this.#connectedMs = nowMs;
  }

  /** How many signals have been missing by now, or are: of one track each kind once. */
  get missingSignals(): number {
    return countSignals(this.#gaps);
  }

  /** Whether a track is known to have been on and not to have delivered what it should. */
  tells(trackSid: string): boolean {
    return this.#open.has(trackSid) || this.#gaps.some((gap) => gap.trackSid === trackSid);
  }

  /** The list for the manifest. @param files its files, which tell where each track is recorded */
  listed(files: readonly ManifestFile[]): ManifestSignals {
    return {
      signalGaps: this.#gaps.map((gap) => ({ ...gap, file: fileOf(gap, files) })),
      signalGapsLeftOut: this.#leftOut,
    };
  }

  #isRecorded({ identity, role }: SignalAlarm): boolean {
    const { audioOnly, isArmed } = this.#options;
    return isArmed(identity) && !(audioOnly && (role === 'camera' || role === 'screenShare'));
  }

  #begin(alarm: SignalAlarm, clock: TakeClock): void {
    const { durationMs, ...subject } = alarm;
    const gap = { ...subject, fromMs: Math.max(0, Math.round(clock.nowMs(durationMs))), toMs: null };
    this.#open.set(alarm.trackSid, gap);
    if (this.#gaps.length < caps.signalGaps) this.#gaps.push(gap);
    else this.#leftOut += 1;
    const { kind, role, trackSid } = alarm;
    this.#options.report.warning('signalMissing', signalAlarmSentence(alarm), alarm.identity, {
      kind,
      role,
      trackSid,
      hint: signalHint(kind),
    });
  }

  #end(gap: LoggedGap, endMs: number, state: TrackState | 'otherAlarm'): void {
    const { identity, kind, role, trackSid } = gap;
    this.#open.delete(trackSid);
    this.#gone.delete(gap);
    Object.assign(gap, { toMs: Math.round(endMs), ...(!isOn(state) && { endedBy: state }) });
    const sentence = signalOverSentence(gap);
    if (sentence === null) return;
    // A track that was muted or has ended with it is not well.
    const name = isOn(state) ? 'signalBack' : 'signalEnded';
    this.#options.report.info(name, sentence, identity, { kind, role, trackSid });
  }
}

/** What its track is to deliver did not come at all: whatever comes of it is the end of that. */
function isOfNothing({ kind }: LoggedGap): boolean {
  return kind === 'noFrames' || kind === 'noAudio';
}

/** That a rate is well again is known when a whole window was: it was from its beginning on, in milliseconds. */
function lookedForMs({ kind }: LoggedGap): number {
  return kind === 'lowFrameRate' ? signalRules.rateWindowMs : 0;
}

function isOn(state: TrackState | 'otherAlarm'): state is 'on' | 'delivers' {
  return state === 'on' || state === 'delivers';
}

function fileOf({ trackSid }: LoggedGap, files: readonly ManifestFile[]): string | null {
  return files.find(({ tracks }) => tracks.some((track) => track.trackSid === trackSid))?.file ?? null;
}
