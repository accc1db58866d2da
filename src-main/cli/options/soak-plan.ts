import { PlateauError } from '../../contract/errors.js';
import type { Source, TakeRequest } from '../../contract/recording.js';
import type { ChosenLimits } from '../../contract/verdict-rules.js';
import { parseFaultSchedule, type ScheduledFault } from '../../lab/faults/fault-schedule.js';
import { Complaints } from './complaints.js';
import type { RecordOptions } from './record-options.js';
import { demoRoomRequest, readMemoryCeiling, readRecordPlan } from './record-plan.js';
import { readAssertion, type SoakAssertion } from './soak-assertion.js';

/** The options of `plateau soak`, as commander hands them over. */
export interface SoakOptions extends RecordOptions {
  readonly minutes?: string;
  readonly assert?: string;
  readonly cycles?: string;
  readonly takes?: string;
  readonly faults?: string;
  readonly confirmRealRoom?: boolean;
  readonly flatBelow?: string;
  readonly leakAbove?: string;
}

/** What a soak does in its room. */
export interface SoakPlan {
  readonly minutes: number;
  readonly assertion: SoakAssertion;
  /** Connect and disconnect as often instead of recording one take. */
  readonly cycles: number | null;
  /** Start and stop as many takes instead. */
  readonly takes: number | null;
  readonly faults: readonly ScheduledFault[];
  /** Faults may be done in a real room as well. */
  readonly isConfirmed: boolean;
  /** Null for a demo room of its own. */
  readonly source: Source | null;
  readonly request: TakeRequest;
}

/** The shortest run that docs/verdict.md has a table for: how often the verdict is right is known. */
const defaultMinutes = 10;
/** Guards against slips: half a minute tries the command out; beyond a day or so many rounds a digit was typed twice. */
const limits = { minMinutes: 0.5, maxMinutes: 24 * 60, maxCycles: 10_000 } as const;
/** Guards against slips, too: two or three pages of memory in a minute, and more than any machine stands for long. */
const slopeLimits = { minMbPerMinute: 0.01, maxMbPerMinute: 1_000 } as const;

/**
 * Reads what `plateau soak` was called with.
 *
 * @throws PlateauError with the reason, when an option cannot be understood
 */
export function readSoakPlan(options: SoakOptions, environment: NodeJS.ProcessEnv): SoakPlan {
  // A room is real only when it is named here: a server that the environment names is not soaked by mistake.
  const isReal = options.url !== undefined || options.room !== undefined || options.token !== undefined;
  const wrong = new Complaints();
  const record = isReal ? wrong.read(() => readRecordPlan(options, environment), null) : null;
  if (options.cycles !== undefined && options.takes !== undefined) {
    wrong.add(
      new PlateauError('usage', '--cycles and --takes cannot be given together.', 'Run one after the other.'),
    );
  }
  const { minMinutes, maxMinutes, maxCycles } = limits;
  const { faults } = options;
  const memoryCeilingBytes = wrong.read(() => readMemoryCeiling(options), null);
  const plan: SoakPlan = {
    minutes:
      wrong.read(() => readNumber(options.minutes, '--minutes', minMinutes, maxMinutes, 'minutes'), null) ??
      defaultMinutes,
    assertion: wrong.read(() => readAssertion(options.assert), readAssertion(undefined)),
    cycles: wrong.read(() => readNumber(options.cycles, '--cycles', 1, maxCycles), null),
    takes: wrong.read(() => readNumber(options.takes, '--takes', 1, maxCycles), null),
    faults: faults === undefined ? [] : wrong.read(() => parseFaultSchedule(faults), []),
    isConfirmed: options.confirmRealRoom ?? false,
    source: record?.source ?? null,
    request: {
      ...(record?.request ?? { ...demoRoomRequest(options), memoryCeilingBytes }),
      flatnessLimits: readLimits(options, wrong),
    },
  };
  wrong.end();
  return plan;
}

function readLimits({ flatBelow, leakAbove }: SoakOptions, wrong: Complaints): ChosenLimits {
  const flatBelowMbPerMinute = wrong.read(() => readSlope(flatBelow, '--flat-below'), null);
  const leakAboveMbPerMinute = wrong.read(() => readSlope(leakAbove, '--leak-above'), null);
  return {
    ...(flatBelowMbPerMinute !== null && { flatBelowMbPerMinute }),
    ...(leakAboveMbPerMinute !== null && { leakAboveMbPerMinute }),
  };
}

function readSlope(text: string | undefined, option: string): number | null {
  const { minMbPerMinute, maxMbPerMinute } = slopeLimits;
  return readNumber(text, option, minMbPerMinute, maxMbPerMinute, 'MB/min');
}

/** @param unit of what can be a fraction; left out for whole numbers */
function readNumber(
  text: string | undefined,
  option: string,
  min: number,
  max: number,
  unit?: string,
): number | null {
  if (text === undefined) return null;
  const value = text.trim() === '' ? NaN : Number(text);
  const isFitting = unit !== undefined || Number.isInteger(value);
  if (isFitting && value >= min && value <= max) return value;
  throw new PlateauError(
    'usage',
    `${option} has to be a number from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}.`,
    'See `plateau soak --help`.',
  );
}
