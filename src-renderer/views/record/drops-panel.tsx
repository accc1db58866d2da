import {
  type DropCause,
  dropCauseNames,
  dropCauses,
  dropCausesOf,
} from '../../../src-main/contract/drop-causes.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatSeconds } from '../../../src-main/format/content-text.js';
import { formatCount } from '../../../src-main/format/number.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import type { ContentTone } from '../../derive/content.js';
import { describeDrops, lossesOf } from '../../derive/losses.js';
import { modeShown } from '../../derive/take-mode.js';
import { useConsole, useTelemetryValues } from '../../model/model-context.js';

const icons: Readonly<Record<ContentTone, IconName>> = { good: 'check', warning: 'warning', bad: 'error' };

/**
 * What of the received frames is in no file, and why. Video is counted in frames, audio in seconds. After a take its counts stay
 * until another one begins.
 */
export function DropsPanel(): React.JSX.Element {
  const numbers = useTelemetryValues(({ snapshot, latestOfTake }) => numbersOf(snapshot, latestOfTake));
  const { tone, text, missed, audioLostMs, isOver, isCopied } = numbers;
  const chosen = useConsole(modeShown, 'encode');
  const mode = isCopied === null ? chosen : isCopied ? 'copy' : 'encode';
  const aside = text !== '' && (
    <span className={`health health--${tone}`}>
      <Icon name={icons[tone]} />
      {text}
    </span>
  );
  return (
    <Panel
      title={isOver ? 'Drops by cause, last take' : 'Drops by cause'}
      aside={aside}
      className="drops-panel"
      scrolls
    >
      <dl className="drops">
        {dropCausesOf(mode).map((cause) => {
          const { label, explanation, isLoss, isPartOfTake } = dropCauses[cause];
          return (
            <Drop
              key={cause}
              label={label}
              explanation={explanation}
              note={!isLoss && isPartOfTake ? 'by design' : null}
              isLoss={isLoss}
              frames={numbers[`video:${cause}`]}
              audioMs={numbers[`audio:${cause}`]}
            />
          );
        })}
        <Drop
          label="Lost on the network"
          explanation="Frames that never reached this machine, inferred from gaps in their timestamps."
          note={null}
          isLoss
          frames={missed}
          audioMs={0}
        />
        <Drop
          label="Audio replaced by silence"
          explanation="Audio that was to be expected and is not in the files, whatever the cause: silence stands there."
          note={null}
          isLoss
          frames={null}
          audioMs={audioLostMs}
        />
      </dl>
    </Panel>
  );
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

function Drop({ label, explanation, note, isLoss, frames, audioMs }: DropProps): React.JSX.Element {
  const isNone = (frames ?? 0) === 0 && audioMs === 0;
  const tone = isNone ? 'none' : isLoss ? 'loss' : 'intended';
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
  readonly tone: ContentTone;
  /** Empty while nothing is recorded, and where it is not known whether nothing is lost. */
  readonly text: string;
  readonly missed: number;
  readonly audioLostMs: number;
  /** They are those of a take that has ended. */
  readonly isOver: boolean;
  /** How they were recorded; null while there are none. */
  readonly isCopied: boolean | null;
};

/** Flat, so that what reads the same is not drawn again. */
function numbersOf(snapshot: Snapshot | null, latestOfTake: Snapshot | null): Numbers {
  const sinks = latestOfTake?.sinks ?? [];
  const { losses, videoByCause, audioMsByCause } = lossesOf({ sinks });
  const hasStreams = sinks.length > 0;
  const byCause = Object.fromEntries(
    dropCauseNames.flatMap((cause) => [
      [`video:${cause}`, videoByCause[cause]],
      [`audio:${cause}`, audioMsByCause[cause]],
    ]),
  ) as Record<`video:${DropCause}` | `audio:${DropCause}`, number>;
  const isOver = latestOfTake !== null && snapshot?.takeMs === null;
  // Of a take that has ended the notification and the list of takes say what its files lack, with the gaps.
  const isLastWord = !isOver && snapshot?.connection === 'connected';
  return {
    ...byCause,
    ...(hasStreams ? describeDrops(losses, isLastWord) : { tone: 'good', text: '' }),
    missed: losses.video.missedFrames,
    audioLostMs: losses.audio.lostMs,
    isOver,
    isCopied: hasStreams ? sinks.some(({ copy }) => copy !== undefined) : null,
  };
}
