import { Icon } from '../../../controls/icon.js';
import type { Feed } from '../../../derive/participants.js';
import { useModel, useSolo } from '../../../model/model-context.js';

interface SoloButtonProps {
  readonly feed: Feed;
  readonly name: string;
  /** There is no room for the word: the bar above says it. */
  readonly isSmall?: boolean;
}

/** Listens to somebody in this window, in the place of whoever was heard before. */
export function SoloButton({ feed, name, isSmall = false }: SoloButtonProps): React.JSX.Element {
  const { solo } = useModel();
  const { kind, participant } = feed;
  const { identity } = participant;
  const isOn = useSolo((state) => state.feed?.identity === identity && state.feed.kind === kind);
  return (
    <button
      type="button"
      className="solo"
      aria-label={isOn ? `Listening to ${name}` : `Listen to ${name}`}
      aria-pressed={isOn}
      title={isOn ? 'Stop listening' : `Listen to ${name}. Only you hear it.`}
      onClick={() => solo.toggle({ identity, kind })}
    >
      <Icon name="audio" />
      {isOn && !isSmall && <span className="solo__word">Listening</span>}
    </button>
  );
}
