import { useState } from 'react';
import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import { receiverNews } from '../derive/receiver.js';
import { useConsole, useTelemetryValues } from '../model/model-context.js';

/**
 * The process that receives in copy mode was gone, and the take goes on: while another one is started, and then until somebody has
 * seen it.
 */
export function ReceiverBanner(): React.JSX.Element | null {
  const isRecording = useConsole((state) => state.recorder === 'recording', false);
  const { at, isBack, message } = useTelemetryValues(
    ({ events }) => receiverNews(events) ?? { at: null, isBack: false, message: '' },
  );
  const [dismissedAt, setDismissedAt] = useState<string | null>(null);
  if (!isRecording || at === null || at === dismissedAt) return null;
  return (
    <div className="banner banner--warning" role="alert">
      {isBack ? <Icon name="warning" /> : <span className="spinner" aria-hidden="true" />}
      <div className="banner__text">
        <strong>{message}</strong>
        {isBack && ' What was sent meanwhile is in no file: Takes says of whom, and for how long.'}
      </div>
      {isBack && (
        <Button
          label="Dismiss"
          icon="close"
          variant="quiet"
          size="small"
          isIconOnly
          onPress={() => setDismissedAt(at)}
        />
      )}
    </div>
  );
}
