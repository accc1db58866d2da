import { useConsole } from '../../model/model-context.js';
import { DropsPanel } from './drops-panel.js';
import { EventsPanel } from './events-panel.js';
import { MemoryPanel } from './memory/memory-panel.js';
import { OutputSettings } from './output-settings.js';
import { QueuesPanel } from './queues-panel.js';
import { RoomPanel } from './room/room-panel.js';
import { SourcePanel } from './room/source-panel.js';
import { TimingPanel } from './timing-panel.js';

/** The people on the left, the proof on the right. */
export function RecordView(): React.JSX.Element {
  const isInRoom = useConsole(
    ({ connection, recorder, take }) =>
      connection === 'connected' ||
      connection === 'reconnecting' ||
      connection === 'waiting' ||
      take !== null ||
      recorder === 'recording',
    false,
  );
  return (
    <div className="record">
      <div className="record__room">
        {isInRoom ? <RoomPanel /> : <SourcePanel />}
        <OutputSettings />
      </div>
      <div className="record__health">
        <MemoryPanel />
        <div className="record__details">
          <QueuesPanel />
          <DropsPanel />
          <TimingPanel />
          <EventsPanel />
        </div>
      </div>
    </div>
  );
}
