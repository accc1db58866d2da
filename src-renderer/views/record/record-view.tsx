import { Splitter } from '../../controls/splitter.js';
import { useElementSize } from '../../controls/use-element-size.js';
import { useConsole, useModel, useViewChoice } from '../../model/model-context.js';
import { usualShares } from '../../stores/view-choices.js';
import { DropsPanel } from './drops-panel.js';
import { EventsPanel } from './events-panel.js';
import { MemoryPanel } from './memory/memory-panel.js';
import { OutputSettings } from './output-settings.js';
import { QueuesPanel } from './queues-panel.js';
import { RoomPanel } from './room/room-panel.js';
import { SourcePanel } from './room/source-panel.js';
import { TimingPanel } from './timing-panel.js';

/** A narrower view has its parts below one another, and scrolls. */
const stacksBelow = 720;
/** Of the people, and of what stands beside them, in pixels. */
const least = { participants: 280, beside: 248 } as const;

/** Who is recorded, and the proof of it: which of the two is large is a choice of this window. */
export function RecordView(): React.JSX.Element {
  const model = useModel();
  const [place, { width }] = useElementSize();
  const isInRoom = useConsole(
    ({ connection, recorder, take }) =>
      connection === 'connected' ||
      connection === 'reconnecting' ||
      connection === 'waiting' ||
      take !== null ||
      recorder === 'recording',
    false,
  );
  const layout = useViewChoice((choices) => choices.layout);
  const shares = useViewChoice(({ participantShares }) => participantShares);
  const isProducer = layout === 'producer';
  const isStacked = width > 0 && width < stacksBelow;
  const limits = limitsOf(width);
  const share = Math.min(limits.most, Math.max(limits.least, shares[layout]));
  const resize = (wanted: number): void =>
    model.view.setState(({ participantShares }) => ({
      participantShares: { ...participantShares, [layout]: wanted },
    }));
  // Nothing is measured before there is a room: the form has the place of the instruments.
  if (!isInRoom) {
    return (
      <div ref={place} className="record record--source">
        <SourcePanel />
        <OutputSettings />
      </div>
    );
  }
  const parts = `${share * 100}% 8px minmax(0, 1fr)`;
  return (
    <div
      ref={place}
      className={`record record--${layout}${isStacked ? ' record--stacked' : ''}`}
      style={isStacked ? {} : { gridTemplateColumns: parts }}
    >
      <div className="record__room">
        <RoomPanel />
        {!isProducer && <OutputSettings />}
      </div>
      {!isStacked && (
        <Splitter
          label="Width of the participants"
          share={share}
          least={limits.least}
          most={limits.most}
          onResize={resize}
          onReset={() => resize(usualShares[layout])}
        />
      )}
      <div className="record__health">
        <MemoryPanel />
        <div className="record__details">
          {!isProducer && <QueuesPanel />}
          <DropsPanel />
          {!isProducer && <TimingPanel />}
          <EventsPanel />
        </div>
        {isProducer && <OutputSettings />}
      </div>
    </div>
  );
}

function limitsOf(width: number): { readonly least: number; readonly most: number } {
  if (width === 0) return { least: 0.1, most: 0.9 };
  return { least: Math.min(0.5, least.participants / width), most: Math.max(0.5, 1 - least.beside / width) };
}
