import type { TakeCondition } from '../../../src-main/contract/takes.js';
import { Icon, type IconName } from '../../controls/icon.js';

const conditions: Readonly<Record<TakeCondition, { word: string; icon: IconName; explanation: string }>> = {
  recording: { word: 'Recording', icon: 'record', explanation: 'It is still growing.' },
  verified: { word: 'Verified', icon: 'check', explanation: 'Finalized, decoded and as it was recorded.' },
  recovered: {
    word: 'Recovered',
    icon: 'warning',
    explanation: 'It did not end in order. What was written plays.',
  },
  damaged: { word: 'Damaged', icon: 'error', explanation: 'At least one file does not play as it should.' },
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
