import { Icon, type IconName } from '../controls/icon.js';
import { judgeMemory, type VerdictKind } from '../derive/verdict.js';
import { useTelemetryValues } from '../model/model-context.js';

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

/** Whether memory is flat, and within its budget: a word and a sign, and a color beside them. */
export function VerdictBadge(): React.JSX.Element {
  const { kind, title, note, explanation } = useTelemetryValues(({ snapshot }) => judgeMemory(snapshot));
  return (
    <div className={`figure verdict verdict--${kind}`} title={explanation}>
      <span className="figure__label">
        <Icon name="memory" />
        Memory
      </span>
      <span className="figure__value">
        {kind !== 'none' && <Icon name={icons[kind]} />}
        {title}
      </span>
      <span className="figure__note">{note}</span>
    </div>
  );
}
