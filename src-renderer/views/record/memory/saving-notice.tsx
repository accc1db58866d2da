import { Icon } from '../../../controls/icon.js';
import { describeSaving } from '../../../derive/saving.js';
import { useTelemetryValues } from '../../../model/model-context.js';

/** What the memory governor has reduced, and why; nothing while everything is recorded. */
export function SavingNotice(): React.JSX.Element | null {
  const { title, note, explanation } = useTelemetryValues(({ snapshot }) => describeSaving(snapshot));
  if (title === null) return null;
  return (
    <p className="saving" title={explanation}>
      <Icon name="warning" />
      <strong>{title}</strong>
      <span className="saving__note">{note}</span>
    </p>
  );
}
