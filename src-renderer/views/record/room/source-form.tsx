import { type ReactNode, useRef, useState } from 'react';
import { Button } from '../../../controls/button.js';
import { Field } from '../../../controls/field.js';
import { SegmentedControl } from '../../../controls/segmented-control.js';
import { useConsole, useDisabledReason, useModel } from '../../../model/model-context.js';
import { useWallClock } from '../../../model/use-wall-clock.js';
import { OpenRooms } from './open-rooms.js';
import { RecentRooms } from './recent-rooms.js';
import {
  describeToken,
  type DraftField,
  draftFrom,
  draftOfLink,
  formOf,
  problemsOf,
  serverFormOf,
  type SourceDraft,
} from './source-draft.js';
import { TestConnection } from './test-connection.js';

/** Server, room and credentials, as they were last time. */
export function SourceForm(): React.JSX.Element | null {
  const settings = useConsole((state) => state.settings, null);
  const remembered = useConsole((state) => state.remembered, null);
  const keepsSecrets = useConsole((state) => state.host.keepsSecrets, false);
  const isDemo = useConsole((state) => state.source?.kind === 'demo', false);
  const isConnecting = useConsole((state) => state.recorder === 'connecting', false);
  const disabledReason = useDisabledReason('connect');
  const model = useModel();
  const nowMs = useWallClock();
  const form = useRef<HTMLFormElement>(null);
  const [changes, setChanges] = useState<Partial<SourceDraft>>({});
  const [left, setLeft] = useState<ReadonlySet<DraftField>>(new Set());
  if (settings === null || remembered === null) return null;

  const draft: SourceDraft = { ...draftFrom(settings, remembered), ...changes };
  const problems = problemsOf(draft, remembered, nowMs);
  const shown = (field: DraftField): string | null => (left.has(field) ? (problems[field] ?? null) : null);
  const change = (change: Partial<SourceDraft>): void => setChanges((before) => ({ ...before, ...change }));
  const leave = (field: DraftField): void => {
    // An empty field that was only passed through is no mistake yet.
    if (draft[field] !== '') setLeft((before) => new Set(before).add(field));
  };
  const submit = async (): Promise<void> => {
    setLeft(new Set<DraftField>(['url', 'room', 'apiKey', 'apiSecret', 'token']));
    if (Object.keys(problems).length > 0) {
      window.requestAnimationFrame(() =>
        form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus(),
      );
      return;
    }
    if (disabledReason !== null) return;
    const result = await model.connect(formOf(draft));
    // What was entered is remembered by the recorder now; the window has no business keeping the secrets.
    if (result.ok) setChanges({});
  };
  const isToken = draft.credentialKind === 'token';
  const hasSecret = isToken ? remembered.hasToken : remembered.hasApiSecret;
  const hasKey = draft.mediaKey !== '' || remembered.hasMediaKey === true;
  return (
    <form
      ref={form}
      className="source-form"
      aria-label="Server and room"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <RecentRooms
        url={draft.url}
        room={draft.room}
        onChoose={({ url, room, credentialKind, apiKey }) =>
          change({ url, room, credentialKind, apiKey, apiSecret: '', token: '' })
        }
      />
      <FieldPlace name="url">
        <Field
          label="Server"
          value={draft.url}
          placeholder="wss://my-project.livekit.cloud"
          problem={shown('url')}
          hint="Or paste a LiveKit Meet link."
          onChange={(url) => change(draftOfLink(url) ?? { url })}
          onLeave={() => leave('url')}
        />
      </FieldPlace>
      <FieldPlace name="room">
        <Field
          label="Room"
          value={draft.room}
          isOptional={isToken}
          hint={isToken ? 'Leave it empty: a token has its room.' : null}
          problem={shown('room') ?? (isToken && left.has('token') ? (problems.room ?? null) : null)}
          onChange={(room) => change({ room })}
          onLeave={() => leave('room')}
        />
      </FieldPlace>
      {!isToken && (
        <OpenRooms
          form={serverFormOf(draft)}
          room={draft.room}
          disabledReason={
            problems.url === undefined && problems.apiKey === undefined && problems.apiSecret === undefined
              ? null
              : 'Enter server, API key and secret first.'
          }
          onChoose={(room) => change({ room })}
        />
      )}
      <SegmentedControl
        legend="Sign in with"
        value={draft.credentialKind}
        options={[
          { value: 'apiKey', label: 'API key' },
          { value: 'token', label: 'Access token' },
        ]}
        onChoose={(credentialKind) => change({ credentialKind })}
      />
      {!isToken && (
        <FieldPlace name="apiKey">
          <Field
            label="API key"
            value={draft.apiKey}
            problem={shown('apiKey')}
            onChange={(apiKey) => change({ apiKey })}
            onLeave={() => leave('apiKey')}
          />
        </FieldPlace>
      )}
      <FieldPlace name="secret">
        <Field
          key={draft.credentialKind}
          label={isToken ? 'Access token' : 'API secret'}
          type="password"
          value={isToken ? draft.token : draft.apiSecret}
          placeholder={hasSecret ? 'Remembered' : ''}
          hint={
            isToken && draft.token !== ''
              ? describeToken(draft.token, nowMs)
              : hasSecret
                ? 'Leave empty to use the remembered one.'
                : null
          }
          problem={shown(isToken ? 'token' : 'apiSecret')}
          onChange={(secret) => change(isToken ? { token: secret } : { apiSecret: secret })}
          onLeave={() => leave(isToken ? 'token' : 'apiSecret')}
        />
      </FieldPlace>
      <FieldPlace name="mediaKey">
        <Field
          label="Encryption key"
          type="password"
          isOptional
          value={draft.mediaKey}
          placeholder={remembered.hasMediaKey === true ? 'Remembered' : ''}
          hint={
            remembered.hasMediaKey === true
              ? 'Leave empty to use the remembered one.'
              : 'Passphrase of an end-to-end encrypted room.'
          }
          onChange={(mediaKey) => change({ mediaKey })}
        />
      </FieldPlace>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.remembersSecret}
          onChange={(event) => change({ remembersSecret: event.target.checked })}
        />
        <span>
          Remember the {isToken ? 'token' : 'secret'}
          {hasKey && ' and the encryption key'}
          <span className="check__note">
            {keepsSecrets ? 'encrypted by the operating system' : 'until the recorder ends'}
          </span>
        </span>
      </label>
      <TestConnection
        form={{ ...serverFormOf(draft), room: draft.room.trim() }}
        isConnecting={isConnecting}
      />
      <div className="source-form__end">
        <Button
          label="Connect"
          icon="plug"
          variant={settings.url === '' ? 'plain' : 'primary'}
          type="submit"
          disabledReason={disabledReason}
          isBusy={isConnecting && !isDemo}
        />
      </div>
    </form>
  );
}

/** Marks where a field stands, so that a failure can lead to it. */
function FieldPlace({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ReactNode;
}): React.JSX.Element {
  return <div data-field={name}>{children}</div>;
}
