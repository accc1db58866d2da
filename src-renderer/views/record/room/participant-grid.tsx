import { useElementSize } from '../../../controls/use-element-size.js';
import { type Feed, feedsOf } from '../../../derive/participants.js';
import { arrangeRows, arrangeTiles, smallTileWidth, tileGap } from '../../../derive/tile-grid.js';
import { useViewChoice } from '../../../model/model-context.js';
import { ParticipantRow } from './participant-row.js';
import { ParticipantTile } from './participant-tile.js';
import { useOrderedParticipants } from './use-ordered-participants.js';

/** Everybody as large as they all fit; one of them alone when somebody has chosen them, and the others in rows. */
export function ParticipantGrid(): React.JSX.Element {
  const [place, { width, height }] = useElementSize();
  const chosen = useViewChoice(({ enlarged }) => enlarged);
  const isProducer = useViewChoice(({ layout }) => layout === 'producer');
  const feeds = feedsOf(useOrderedParticipants());
  const enlarged = feeds.find(
    ({ participant, kind }) => participant.identity === chosen?.identity && kind === chosen.kind,
  );
  const others = enlarged === undefined ? feeds : feeds.filter((feed) => feed !== enlarged);
  const arrangement =
    isProducer && enlarged === undefined ? arrangeTiles(feeds.length, width, height) : arrangeRows(width);
  return (
    <div
      ref={place}
      className={
        enlarged === undefined ? 'participants__space' : 'participants__space participants__space--one'
      }
    >
      {enlarged !== undefined && (
        <ul className="participants__one">
          <ParticipantTile feed={enlarged} isEnlarged />
        </ul>
      )}
      {width > 0 && arrangement.kind === 'tiles' && (
        <ul
          className="participants__tiles"
          style={{
            gridTemplateColumns: `repeat(${arrangement.columns}, ${arrangement.width}px)`,
            gridAutoRows: `${arrangement.height}px`,
            gap: `${tileGap}px`,
          }}
        >
          {others.map((feed) => (
            <ParticipantTile
              key={keyOf(feed)}
              feed={feed}
              isEnlarged={false}
              isSmall={arrangement.width < smallTileWidth}
            />
          ))}
        </ul>
      )}
      {width > 0 && arrangement.kind === 'rows' && others.length > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
        <div className="participants__rows" role="group" aria-label="Participants" tabIndex={0}>
          <ul
            className="participants__list"
            style={
              enlarged === undefined
                ? { gridTemplateColumns: `repeat(${arrangement.columns}, minmax(0, 1fr))` }
                : {}
            }
          >
            {others.map((feed) => (
              <ParticipantRow key={keyOf(feed)} feed={feed} />
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function keyOf({ participant, kind }: Feed): string {
  return `${kind}:${participant.identity}`;
}
