import type { Content } from '../../../src-main/contract/losses.js';
import type { TakeCondition } from '../../../src-main/contract/takes.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { type ContentTone, stateContent } from '../../derive/content.js';

const conditions: Readonly<Record<TakeCondition, { word: string; icon: IconName; explanation: string }>> = {
  recording: { word: 'Recording', icon: 'record', explanation: 'The take is being recorded.' },
  verified: {
    word: 'Intact',
    icon: 'check',
    explanation: 'Every file is finalized and holds the very packets that were written.',
  },
  elsewhere: {
    word: 'Recorded elsewhere',
    icon: 'record',
    explanation: 'Another process records this take. It cannot be verified or deleted from here.',
  },
  checking: {
    word: 'Checking',
    icon: 'info',
    explanation: 'The files play. They are being held against what was written.',
  },
  unchecked: {
    word: 'Not checked yet',
    icon: 'warning',
    explanation: 'The files play. The program ended before they were checked. Verify the take to check them.',
  },
  recovered: {
    word: 'Recovered',
    icon: 'warning',
    explanation: 'The take was interrupted, and finished afterwards. Its end may be missing.',
  },
  interrupted: {
    word: 'Interrupted',
    icon: 'warning',
    explanation: 'The take was interrupted. The files play up to that moment. Recover it to finish them.',
  },
  endedEarly: {
    word: 'Ended early',
    icon: 'warning',
    explanation: 'A failure ended the take. The files are intact up to that moment.',
  },
  fragmented: {
    word: 'Not finalized',
    icon: 'warning',
    explanation: 'At least one file was kept as it grew. It plays. Recover the take to finish it.',
  },
  empty: { word: 'Empty', icon: 'info', explanation: 'Nobody published anything: the take has no files.' },
  damaged: { word: 'Damaged', icon: 'error', explanation: 'At least one file does not play correctly.' },
};

/** How a take stands: a sign, a word, and a color beside them. */
export function ConditionTag({ condition }: { readonly condition: TakeCondition }): React.JSX.Element {
  const { word, icon, explanation } = conditions[condition];
  return (
    <span
      className={`condition condition--${condition === 'endedEarly' ? 'ended-early' : condition}`}
      title={explanation}
    >
      <Icon name={icon} />
      {word}
    </span>
  );
}

const toneLooks: Readonly<Record<ContentTone, { look: string; icon: IconName }>> = {
  good: { look: 'complete', icon: 'check' },
  warning: { look: 'small-losses', icon: 'warning' },
  bad: { look: 'losses', icon: 'error' },
};

/** What is missing from a take, green, amber or red; nothing where that is not known. */
export function ContentTag({
  content,
}: {
  readonly content: Content | null | undefined;
}): React.JSX.Element | null {
  if (content === null || content === undefined) return null;
  const { tone, label, explanation } = stateContent(content);
  const { look, icon } = toneLooks[tone];
  return (
    <span className={`condition condition--${look}`} title={explanation}>
      <Icon name={icon} />
      {label}
    </span>
  );
}
