import type { Content } from '../../../src-main/contract/losses.js';
import type { TakeCondition, TakeEntry } from '../../../src-main/contract/takes.js';
import { conditionWords } from '../../../src-main/format/take-condition.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { type ContentTone, stateContent } from '../../derive/content.js';

const conditions: Readonly<Record<TakeCondition, { icon: IconName; explanation: string }>> = {
  recording: { icon: 'record', explanation: 'The take is being recorded.' },
  verified: {
    icon: 'check',
    explanation: 'Every file is finalized and holds the very packets that were written.',
  },
  unproven: {
    icon: 'warning',
    explanation:
      'The files play. Not of each is it proven that it is what was written: what counted that was killed.',
  },
  elsewhere: {
    icon: 'record',
    explanation: 'Another process records this take. It cannot be verified or deleted from here.',
  },
  checking: {
    icon: 'info',
    explanation: 'The files play. They are being held against what was written.',
  },
  unchecked: {
    icon: 'warning',
    explanation: 'The files play. The program ended before they were checked. Verify the take to check them.',
  },
  recovered: {
    icon: 'warning',
    explanation: 'The take was interrupted, and finished afterwards. Its end may be missing.',
  },
  interrupted: {
    icon: 'warning',
    explanation: 'The take was interrupted. The files play up to that moment. Recover it to finish them.',
  },
  endedEarly: {
    icon: 'warning',
    explanation: 'A failure ended the take. The files are intact up to that moment.',
  },
  fragmented: {
    icon: 'warning',
    explanation: 'At least one file was kept as it grew. It plays. Recover the take to finish it.',
  },
  empty: { icon: 'info', explanation: 'Nobody published anything: the take has no files.' },
  damaged: {
    icon: 'error',
    explanation: 'At least one file does not play correctly, is not there, or was changed after the take.',
  },
};

/** How a take stands: a sign, a word, and a color beside them. */
export function ConditionTag({ condition }: { readonly condition: TakeCondition }): React.JSX.Element {
  const { icon, explanation } = conditions[condition];
  return (
    <span
      className={`condition condition--${condition === 'endedEarly' ? 'ended-early' : condition}`}
      title={explanation}
    >
      <Icon name={icon} />
      {conditionWords[condition]}
    </span>
  );
}

/** The take was saved from the replay buffer. */
export function ReplayTag({
  entry,
}: {
  readonly entry: Pick<TakeEntry, 'isReplay'>;
}): React.JSX.Element | null {
  if (entry.isReplay !== true) return null;
  return (
    <span className="condition" title="Saved from the replay buffer. It begins when its first file does.">
      <Icon name="replay" />
      Replay
    </span>
  );
}

/** The take holds what was sent, or does from a part on; nothing of one that is encoded, as most are. */
export function ModeTag({
  entry,
}: {
  readonly entry: Pick<TakeEntry, 'copiedFromPart' | 'mode'>;
}): React.JSX.Element | null {
  if (entry.mode !== 'copy') return null;
  const part = entry.copiedFromPart;
  return (
    <span
      className="tag"
      title={
        part === undefined
          ? 'Recorded in copy mode: the files hold what was sent, bit for bit.'
          : `Encoded at first. From part ${part} on the files hold what was sent, bit for bit.`
      }
    >
      {part === undefined ? 'Copy' : `Copy from part ${part}`}
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
