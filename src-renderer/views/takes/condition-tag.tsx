import type { TakeCondition } from '../../../src-main/contract/takes.js';
import { Icon, type IconName } from '../../controls/icon.js';

const conditions: Readonly<Record<TakeCondition, { word: string; icon: IconName; explanation: string }>> = {
  recording: { word: 'Recording', icon: 'record', explanation: 'The take is being recorded.' },
  verified: {
    word: 'Intact',
    icon: 'check',
    explanation: 'Every file is finalized and holds the very packets that were written.',
  },
  recovered: {
    word: 'Recovered',
    icon: 'warning',
    explanation: 'The take was interrupted. The files play up to that moment.',
  },
  damaged: { word: 'Damaged', icon: 'error', explanation: 'At least one file does not play correctly.' },
};

/** How a take stands: a sign, a word, and a color beside them. */
export function ConditionTag({ condition }: { readonly condition: TakeCondition }): React.JSX.Element {
  const { word, icon, explanation } = conditions[condition];
  return (
    <span className={`condition condition--${condition}`} title={explanation}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** Whether something is missing from a take; nothing where that is not known. */
export function CompleteTag({
  isComplete,
}: {
  readonly isComplete: boolean | null;
}): React.JSX.Element | null {
  if (isComplete === null) return null;
  return isComplete ? (
    <span className="condition condition--verified" title="Nothing that should be in the files is missing.">
      <Icon name="check" />
      Complete
    </span>
  ) : (
    <span
      className="condition condition--recovered"
      title="Something that should be in the files never came or was lost."
    >
      <Icon name="warning" />
      Losses
    </span>
  );
}
