import { Icon, type IconName } from '../../../controls/icon.js';
import type { Feed } from '../../../derive/participants.js';
import { useModel } from '../../../model/model-context.js';
import { useImage } from './use-image.js';

interface PreviewProps {
  readonly feed: Feed;
  readonly name: string;
  /** What is said where there is no image; empty where there is one. */
  readonly absence: string;
  readonly isEnlarged: boolean;
  /** The words of an absence have no room: its sign stands for them. */
  readonly isSmall?: boolean;
}

/** The latest image of somebody, drawn past React. A press enlarges it and shows it live, another one puts it back. */
export function Preview(props: PreviewProps): React.JSX.Element {
  const { feed, name, absence, isEnlarged, isSmall = false } = props;
  const { participant, kind } = feed;
  const { identity } = participant;
  const { view } = useModel();
  const isShown = absence === '';
  const ref = useImage(feed, isShown, isEnlarged);
  const label = isEnlarged ? `Put ${name} back` : `Enlarge ${name}`;
  return (
    <button
      type="button"
      className={isSmall ? 'preview preview--small' : 'preview'}
      aria-label={isShown ? label : `${label}, ${absence}`}
      aria-pressed={isEnlarged}
      title={isShown ? label : absence}
      onClick={() => view.setState({ enlarged: isEnlarged ? null : { identity, kind } })}
    >
      {isShown ? (
        <canvas ref={ref} className="preview__image" width={16} height={9} />
      ) : (
        <span className="preview__absence">
          <Icon name={absenceIcon(feed, absence)} />
          {!isSmall && absence}
        </span>
      )}
    </button>
  );
}

function absenceIcon({ participant, kind }: Feed, absence: string): IconName {
  if (absence === 'Encrypted') return 'lock';
  if (kind === 'screenShare') return 'screen';
  return participant.tracks.some(({ role }) => role === 'camera') || !participant.isPresent
    ? 'camera'
    : 'microphone';
}
