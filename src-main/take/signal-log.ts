import { caps, signalRules } from '../contract/limits.js';
import { countSignals } from '../contract/loss-account.js';
import type { Manifest, ManifestFile } from '../contract/manifest.js';
import type { SignalAlarm, SignalGap } from '../contract/signal-alarms.js';
import { signalAlarmSentence, signalHint, signalOverSentence } from '../format/signal-text.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

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
   * @returns whether anything began or ended
   */
  update(clock: TakeClock, alarms: readonly SignalAlarm[]): boolean {
    const nowMs = clock.nowMs();
    let hasChanged = false;
    for (const [trackSid, gap] of this.#open) {
      if (alarms.some((alarm) => alarm.trackSid === trackSid && alarm.kind === gap.kind)) {
        this.#held.delete(gap);
        continue;
      }
      if (nowMs - this.#connectedMs < judgedAfterMs[gap.kind]) {
        this.#held.add(gap);
        continue;
      }
      // It was over when the connection was back: nobody knew.
      this.#end(trackSid, gap, this.#held.delete(gap) ? this.#connectedMs : nowMs);
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

  #end(trackSid: string, gap: LoggedGap, nowMs: number): void {
    this.#open.delete(trackSid);
    Object.assign(gap, { toMs: Math.round(nowMs) });
    const { identity, kind, role } = gap;
    this.#options.report.info('signalBack', signalOverSentence(gap), identity, { kind, role, trackSid });
  }
}

function fileOf({ trackSid }: LoggedGap, files: readonly ManifestFile[]): string | null {
  return files.find(({ tracks }) => tracks.some((track) => track.trackSid === trackSid))?.file ?? null;
}
