import { Icon, type IconName } from '../controls/icon.js';
import { judgeMemory, type Verdict, type VerdictKind } from '../derive/verdict.js';
import { useModel, useTelemetryValues } from '../model/model-context.js';

const icons: Readonly<Record<VerdictKind, IconName>> = {
  none: 'memory',
  warmingUp: 'clock',
  flat: 'check',
  leaking: 'error',
  undecided: 'clock',
  unreadable: 'warning',
  overBudget: 'error',
  overCeiling: 'warning',
};

/**
 * Whether memory is within its budget, and flat: a word and a sign, and a color beside them. After a take it stays, and
 * leads to the take.
 */
export function VerdictBadge(): React.JSX.Element {
  const model = useModel();
  const verdict = useTelemetryValues(({ snapshot, latestOfTake }) => judgeMemory(snapshot, latestOfTake));
  const className = `figure verdict verdict--${verdict.kind}`;
  if (!verdict.isOver) {
    return (
      <div className={className} title={verdict.explanation}>
        <BadgeContent verdict={verdict} />
      </div>
    );
  }
  return (
    <button
      type="button"
      className={`${className} verdict--over`}
      title={`${verdict.explanation} Click for the take and its report.`}
      onClick={() => model.showLatestTake()}
    >
      <BadgeContent verdict={verdict} />
    </button>
  );
}

function BadgeContent({ verdict }: { readonly verdict: Verdict }): React.JSX.Element {
  const { kind, title, note, isOver } = verdict;
  return (
    <>
      <span className="figure__label">
        <Icon name="memory" />
        {isOver ? 'Memory, last take' : 'Memory'}
      </span>
      <span className="figure__value">
        {kind !== 'none' && <Icon name={icons[kind]} />}
        {title}
      </span>
      <span className="figure__note">{note}</span>
    </>
  );
}
