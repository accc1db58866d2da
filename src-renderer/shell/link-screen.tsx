import { Button } from '../controls/button.js';
import { Icon } from '../controls/icon.js';
import type { LinkStatus } from '../transport/console-link.js';
import { linkText } from './link-text.js';

interface LinkScreenProps {
  readonly link: LinkStatus;
  readonly onRetry: () => void;
}

/** What is seen while there is no recorder to show. */
export function LinkScreen({ link, onRetry }: LinkScreenProps): React.JSX.Element {
  const isRefused = link === 'refused';
  const { hint, message } = linkText(link);
  return (
    <main className="link-screen">
      <div className="link-screen__card" role={isRefused ? 'alert' : 'status'}>
        <h1 className="link-screen__brand">Plateau</h1>
        <p className="link-screen__message">
          {isRefused ? <Icon name="warning" /> : <span className="spinner" aria-hidden="true" />}
          <span>{message}</span>
        </p>
        {hint !== null && <p className="link-screen__hint">{hint}</p>}
        {link !== 'connecting' && !isRefused && (
          <Button label="Try again now" icon="refresh" onPress={onRetry} />
        )}
      </div>
    </main>
  );
}
