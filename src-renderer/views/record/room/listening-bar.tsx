import { Button } from '../../../controls/button.js';
import { Icon } from '../../../controls/icon.js';
import { shownName } from '../../../derive/participants.js';
import { useConsole, useModel, useSolo } from '../../../model/model-context.js';

/** Whom this window listens to, how loud, and the end of it; nothing while nobody is heard. */
export function ListeningBar(): React.JSX.Element | null {
  const { solo } = useModel();
  const { feed, isBlocked, skippedMs, volume } = useSolo((state) => state);
  const name = useConsole((state) => {
    const participant = state.participants.find(({ identity }) => identity === feed?.identity);
    return participant === undefined ? '' : shownName(participant);
  }, '');
  if (feed === null) return null;
  const percent = Math.round(volume * 100);
  return (
    <div className="listening" role="group" aria-label="Listening">
      <Icon name="audio" />
      <span className="listening__who" role="status" title="Only you hear it. The recording stays as it is.">
        Listening to <strong>{feed.kind === 'screenShare' ? `${name}’s screen` : name}</strong>
      </span>
      {skippedMs > 0 && (
        <span className="listening__skipped" title="Left out, so that you hear what is said now">
          {(skippedMs / 1000).toFixed(1)} s skipped
        </span>
      )}
      {isBlocked && <Button label="Allow sound" size="small" onPress={() => solo.resume()} />}
      <input
        type="range"
        className="listening__volume"
        min={0}
        max={100}
        step={5}
        value={percent}
        aria-label="Listening volume"
        aria-valuetext={`${percent} %`}
        title={`Volume: ${percent} %`}
        onChange={({ target }) => solo.setVolume(Number(target.value) / 100)}
      />
      <Button label="Stop listening" size="small" shortcut="solo" onPress={() => solo.stop()} />
    </div>
  );
}
