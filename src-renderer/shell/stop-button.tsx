import { useEffect, useRef, useState } from 'react';
import { Button } from '../controls/button.js';
import { Dialog } from '../controls/dialog.js';
import { useDisabledReason, useModel, useViewChoice } from '../model/model-context.js';
import { keysOf } from '../shortcuts/shortcuts.js';

/** Longer than any press that was not meant. Styles know it too. */
const holdMs = 800;

/** Ends the take: by a press, by one that is held, or after a question, as this window is told to. */
export function StopButton(): React.JSX.Element {
  const model = useModel();
  const rule = useViewChoice((choices) => choices.stopRule);
  const disabledReason = useDisabledReason('stopTake');
  if (rule === 'hold' && disabledReason === null) return <HoldButton onHeld={() => void model.stopTake()} />;
  return (
    <Button
      label="Stop"
      icon="stop"
      variant="primary"
      size="large"
      shortcut="stop"
      showsKeys
      disabledReason={disabledReason}
      onPress={() => {
        if (rule === 'ask') model.view.setState({ isStopAsked: true });
        else void model.stopTake();
      }}
    />
  );
}

/** A button that has to be held, by mouse, finger or key. */
function HoldButton({ onHeld }: { readonly onHeld: () => void }): React.JSX.Element {
  const [isHeld, setHeld] = useState(false);
  const held = useRef(onHeld);
  useEffect(() => {
    held.current = onHeld;
  });
  useEffect(() => {
    if (!isHeld) return undefined;
    const timer = window.setTimeout(() => {
      setHeld(false);
      held.current();
    }, holdMs);
    return () => window.clearTimeout(timer);
  }, [isHeld]);
  const release = (): void => setHeld(false);
  return (
    <button
      type="button"
      className={`button button--primary button--large hold${isHeld ? ' hold--held' : ''}`}
      title={`Hold to stop (${keysOf('stop')} asks)`}
      onPointerDown={(event) => {
        if (event.button === 0) setHeld(true);
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onKeyDown={({ key, repeat }) => {
        if (!repeat && (key === 'Enter' || key === ' ')) setHeld(true);
      }}
      onKeyUp={release}
      onBlur={release}
    >
      <span className="button__label">Hold to stop</span>
    </button>
  );
}

/** Before a take ends by a key, or by a button that asks. */
export function StopDialog(): React.JSX.Element {
  const model = useModel();
  const close = (): void => model.view.setState({ isStopAsked: false });
  return (
    <Dialog title="Stop this take?" onClose={close}>
      <p className="dialog__text">
        Its files are finalized and verified. A take that has ended cannot go on.
      </p>
      <footer className="dialog__footer">
        <Button label="Go on recording" onPress={close} />
        <Button
          label="Stop the take"
          icon="stop"
          variant="primary"
          onPress={() => {
            close();
            void model.stopTake();
          }}
        />
      </footer>
    </Dialog>
  );
}
