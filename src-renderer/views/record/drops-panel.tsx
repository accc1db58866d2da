import {
  type DropCause,
  dropCauseNames,
  dropCauses,
  dropCausesOf,
} from '../../../src-main/contract/drop-causes.js';
import type { EndedTake } from '../../../src-main/contract/ended-take.js';
import { caps } from '../../../src-main/contract/limits.js';
import { accountOfSnapshot, type LossAccount } from '../../../src-main/contract/loss-account.js';
import type { TakeMode } from '../../../src-main/contract/recording.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatSeconds } from '../../../src-main/format/content-text.js';
import {
  capitalized,
  describeAccount,
  describeSnapshot,
  type LossStatement,
  type LossTone,
} from '../../../src-main/format/loss-account-text.js';
import { formatCount } from '../../../src-main/format/number.js';
import { describeOutcome } from '../../../src-main/format/take-outcome.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { modeShown } from '../../derive/take-mode.js';
import { useConsole, useTelemetryValues } from '../../model/model-context.js';

const icons: Readonly<Record<LossTone, IconName>> = { good: 'check', warning: 'warning', bad: 'error' };

/**
 * What of the received frames is in no file, and why. Video is counted in frames, audio in seconds. After a take its counts stay
 * until another one begins.
 */
export function DropsPanel(): React.JSX.Element {
  const ended = useConsole(({ endedTakes = [] }) => endedTakes[endedTakes.length - 1] ?? null, null);
  const numbers = useTelemetryValues(({ snapshot, latestOfTake }) =>
    numbersOf(snapshot, latestOfTake, ended),
  );
  const { tone, text, isOver, isCopied } = numbers;
  const chosen = useConsole(modeShown, 'encode');
  const mode = isCopied === null ? chosen : isCopied ? 'copy' : 'encode';
  const rows = rowsOf(mode, numbers);
  const aside = text !== '' && (
    <span className={`health health--${tone}`}>
      <Icon name={icons[tone]} />
      {capitalized(text)}
    </span>
  );
  return (
    <Panel
      title={isOver ? 'Drops by cause, last take' : 'Drops by cause'}
      aside={aside}
      className={rows.every(isNothing) ? 'drops-panel' : 'drops-panel drops-panel--some'}
      scrolls
    >
      {/* In a low window, where causes of nothing have no place. */}
      {rows.every(isNothing) && <p className="drops__none">All of them: 0</p>}
      <dl className="drops">
        {rows.map((row) => (
          <Drop key={row.label} {...row} />
        ))}
      </dl>
    </Panel>
  );
}

/** What was lost comes first, then what was dropped by design: where the panel is low the others are below. */
function rowsOf(mode: TakeMode, numbers: Numbers): DropProps[] {
  const usual = dropCausesOf(mode);
  // A take that went over to copy mode has lost before what a copied one cannot lose.
  const causes = dropCauseNames.filter(
    (cause) => usual.includes(cause) || numbers[`video:${cause}`] + numbers[`audio:${cause}`] > 0,
  );
  const rows = [
    ...causes.map((cause): DropProps => {
      const { label, explanation, isLoss, isPartOfTake } = dropCauses[cause];
      return {
        ...{ label, explanation, isLoss, note: !isLoss && isPartOfTake ? 'by design' : null },
        ...{ frames: numbers[`video:${cause}`], audioMs: numbers[`audio:${cause}`] },
      };
    }),
    {
      label: 'Lost on the network',
      explanation: 'Frames that never reached this machine, inferred from gaps in their timestamps.',
      ...{ note: null, isLoss: true, frames: numbers.missed, audioMs: 0 },
    },
    {
      label: 'Audio replaced by silence',
      explanation:
        'Audio that was to be expected and is not in the files, whatever the cause: silence stands there.',
      ...{ note: null, isLoss: true, frames: null, audioMs: numbers.audioLostMs },
    },
  ];
  const weightOf = (row: DropProps): number => (isNothing(row) ? 0 : row.isLoss ? 2 : 1);
  // A list of its own, sorted in place: older windows know no `toSorted`.
  rows.sort((one, other) => weightOf(other) - weightOf(one));
  return rows;
}

/** What reads as `0.00 s` is nothing: times of files are rounded. */
const leastAudioMs = 5;

function isNothing({ audioMs, frames }: DropProps): boolean {
  return (frames ?? 0) === 0 && audioMs < leastAudioMs;
}

interface DropProps {
  readonly label: string;
  readonly explanation: string;
  readonly note: string | null;
  readonly isLoss: boolean;
  /** Null where there is only audio. */
  readonly frames: number | null;
  readonly audioMs: number;
}

function Drop(props: DropProps): React.JSX.Element {
  const { label, explanation, note, isLoss, frames, audioMs } = props;
  const tone = isNothing(props) ? 'none' : isLoss ? 'loss' : 'intended';
  const audio = formatSeconds(audioMs);
  return (
    <div className={`drop drop--${tone}`} title={explanation}>
      <dt>
        {label}
        {note !== null && <span className="drop__note">{note}</span>}
      </dt>
      <dd>
        {frames === null ? audio : formatCount(frames)}
        {frames !== null && audioMs > 0 && <span className="drop__audio">{audio} audio</span>}
      </dd>
    </div>
  );
}

type Numbers = Readonly<Record<`video:${DropCause}` | `audio:${DropCause}`, number>> & {
  readonly tone: LossTone;
  /** Empty while nothing is recorded, and where it is not known whether nothing is lost. */
  readonly text: string;
  readonly missed: number;
  readonly audioLostMs: number;
  /** They are those of a take that has ended. */
  readonly isOver: boolean;
  /** How they were recorded; null while there are none. */
  readonly isCopied: boolean | null;
};

/**
 * Flat, so that what reads the same is not drawn again.
 *
 * @param ended the take that ended last: as soon as it is checked its own account counts, in place of its last snapshot
 */
function numbersOf(
  snapshot: Snapshot | null,
  latestOfTake: Snapshot | null,
  ended: EndedTake | null,
): Numbers {
  const sinks = latestOfTake?.sinks ?? [];
  const isOver = latestOfTake !== null && snapshot?.takeMs === null;
  const outcome = isOver ? (ended?.outcome ?? null) : null;
  const account = outcome?.account ?? accountOfSnapshot(latestOfTake ?? { sinks });
  const { dropped, losses } = account;
  const byCause = Object.fromEntries(
    dropCauseNames.flatMap((cause) => [
      [`video:${cause}`, dropped.video[cause] ?? 0],
      [`audio:${cause}`, (dropped.audio[cause] ?? 0) * caps.audioFrameMs],
    ]),
  ) as Record<`video:${DropCause}` | `audio:${DropCause}`, number>;
  return {
    ...byCause,
    ...statementOf(outcome === null ? null : describeOutcome(outcome), isOver, account, snapshot),
    missed: losses.video.missedFrames,
    audioLostMs: losses.audio.lostMs,
    isOver,
    isCopied: sinks.length > 0 ? sinks.some(({ copy }) => copy !== undefined) : null,
  };
}

function statementOf(
  ofEnded: LossStatement | null,
  isOver: boolean,
  account: LossAccount,
  snapshot: Snapshot | null,
): LossStatement {
  if (ofEnded !== null) return ofEnded;
  return isOver || snapshot === null ? describeAccount(account, 'unsettled') : describeSnapshot(snapshot);
}
