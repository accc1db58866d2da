import type { RecorderState } from '../../src-main/contract/snapshot.js';
import { useConsole, useTelemetry } from '../model/model-context.js';

const states: Readonly<Record<RecorderState, string>> = {
  idle: 'Not connected.',
  connecting: 'Connecting to the room.',
  ready: 'Ready to record.',
  recording: 'Recording.',
  finalizing: 'Finalizing the take.',
};

/** Says aloud what others see: the state, and warnings as they come. */
export function Announcer(): React.JSX.Element {
  const recorder = useConsole((state) => state.recorder, 'idle');
  const isPaused = useConsole(({ take }) => take?.isPaused === true, false);
  const warning = useTelemetry(({ events }) => {
    const latest = events[0];
    return latest === undefined || latest.level === 'info' ? '' : latest.message;
  });
  return (
    <div className="visually-hidden">
      <p role="status">{recorder === 'recording' && isPaused ? 'Paused.' : states[recorder]}</p>
      <p role="log" aria-label="Warnings">
        {warning}
      </p>
    </div>
  );
}
