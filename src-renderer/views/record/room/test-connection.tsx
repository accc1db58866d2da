import { useRef, useState } from 'react';
import type { ConnectionForm, ConnectionStep } from '../../../../src-main/contract/connection-test.js';
import { Button } from '../../../controls/button.js';
import { Icon, type IconName } from '../../../controls/icon.js';
import { useModel } from '../../../model/model-context.js';

interface Answer {
  /** Of what was entered then. */
  readonly of: string;
  readonly steps: readonly ConnectionStep[];
  /** Why there are none. */
  readonly problem: string | null;
}

/** Tries what is being entered, without joining the room. Another press begins anew. */
export function TestConnection({
  form,
  isConnecting,
}: {
  readonly form: ConnectionForm;
  readonly isConnecting: boolean;
}): React.JSX.Element {
  const { session } = useModel();
  const [running, setRunning] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const latest = useRef(0);
  const of = JSON.stringify(form);
  const isBusy = running === of;
  // What was found of another server, or another key, says nothing of this one.
  const shown = answer?.of === of ? answer : null;
  const test = async (): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    setRunning(of);
    setAnswer(null);
    const result = await session.run('testConnection', form, { isQuiet: true });
    // Somebody has begun another one meanwhile.
    if (latest.current !== mine) return;
    setRunning(null);
    // Joining has ended it.
    if (!result.ok && result.error.code === 'invalidState') return;
    setAnswer(
      result.ok
        ? { of, steps: result.value, problem: null }
        : { of, steps: [], problem: `${result.error.message} ${result.error.hint}` },
    );
  };
  return (
    <div className="connection-test">
      <Button
        label="Test connection"
        isBusy={isBusy}
        disabledReason={
          isConnecting ? 'Already connecting.' : form.url === '' ? 'Enter the server first.' : null
        }
        onPress={() => void test()}
      />
      <div role="status" aria-label="Test of the connection">
        {isBusy && <p className="field__note">Testing the connection. Nobody in the room sees it…</p>}
        {shown !== null && (
          <>
            <p className="field__note">{shown.problem ?? outcomeOf(shown.steps)}</p>
            <ul className="connection-test__list">
              {shown.steps.map((step) => (
                <Step key={step.part} step={step} />
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

const icons: Readonly<Record<ConnectionStep['state'], IconName>> = {
  ok: 'check',
  warning: 'warning',
  failed: 'error',
  notTried: 'info',
};
const words: Readonly<Record<ConnectionStep['state'], string>> = {
  ok: 'OK',
  warning: 'Warning',
  failed: 'Failed',
  notTried: 'Not tried',
};
const titles: Readonly<Record<ConnectionStep['part'], string>> = {
  address: 'Address',
  server: 'Server',
  livekit: 'LiveKit',
  credentials: 'Credentials',
  access: 'Access',
  clock: 'Clock',
};

function Step({ step: { hint, part, state, text } }: { readonly step: ConnectionStep }): React.JSX.Element {
  return (
    <li className={`connection-test__step connection-test__step--${state}`}>
      <Icon name={icons[state]} />
      <span>
        <b>
          {titles[part]}: {words[state]}.
        </b>{' '}
        {text}
        {hint !== null && <span className="connection-test__hint">{hint}</span>}
      </span>
    </li>
  );
}

function outcomeOf(steps: readonly ConnectionStep[]): string {
  return steps.some(({ state }) => state === 'failed')
    ? 'The room could not be joined like this.'
    : 'The room can be joined. Nothing was joined yet.';
}
