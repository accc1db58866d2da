import { useEffect, useRef } from 'react';
import type { Thumbnail } from '../../../../src-main/contract/media-events.js';
import { Icon, type IconName } from '../../../controls/icon.js';
import type { Feed } from '../../../derive/people.js';
import { useModel } from '../../../model/model-context.js';

interface PreviewProps {
  readonly feed: Feed;
  readonly name: string;
  /** What is said where there is no image; empty where there is one. */
  readonly absence: string;
  readonly isEnlarged: boolean;
  /** The words of an absence have no room: its sign stands for them. */
  readonly isSmall?: boolean;
}

/** The latest small image of somebody, drawn past React. A press enlarges it, and another one puts it back. */
export function Preview(props: PreviewProps): React.JSX.Element {
  const { feed, name, absence, isEnlarged, isSmall = false } = props;
  const { participant, kind } = feed;
  const { identity } = participant;
  const { media, view } = useModel();
  const ref = useRef<HTMLCanvasElement>(null);
  const isShown = absence === '';
  useEffect(() => {
    if (!isShown) return;
    const show = (): void => {
      const thumbnail = media.thumbnailOf(identity, kind);
      if (ref.current !== null && thumbnail !== null && !document.hidden) draw(ref.current, thumbnail);
    };
    show();
    return media.onThumbnail(identity, kind, show);
  }, [media, identity, kind, isShown]);
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

function draw(canvas: HTMLCanvasElement, { width, height, rgba }: Thumbnail): void {
  const context = canvas.getContext('2d');
  const bytes = atob(rgba);
  if (context === null || width <= 0 || height <= 0 || bytes.length !== width * height * 4) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = context.createImageData(width, height);
  for (let index = 0; index < bytes.length; index += 1) image.data[index] = bytes.charCodeAt(index);
  context.putImageData(image, 0, 0);
}
