import { useState } from 'react';
import type { OpenRoom, ServerForm } from '../../../../src-main/contract/source-form.js';
import { formatQuantity } from '../../../../src-main/format/number.js';
import { Button } from '../../../controls/button.js';
import { Select } from '../../../controls/select.js';
import { useModel } from '../../../model/model-context.js';

interface Answer {
  /** Of which server, and by whose key. */
  readonly of: string;
  readonly rooms: readonly OpenRoom[];
  /** Why there is none. */
  readonly problem: string | null;
}

/** Rooms that are open on the server that is being entered. It is asked when somebody wants to know. */
export function OpenRooms({
  form,
  room,
  disabledReason,
  onChoose,
}: {
  readonly form: ServerForm;
  readonly room: string;
  readonly disabledReason: string | null;
  readonly onChoose: (room: string) => void;
}): React.JSX.Element {
  const { session } = useModel();
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const of = JSON.stringify(form);
  // What another server has answered, or another key, says nothing of this one.
  const shown = answer?.of === of ? answer : null;
  const ask = async (): Promise<void> => {
    setBusy(true);
    const result = await session.run('listRooms', form, { isQuiet: true });
    setBusy(false);
    setAnswer(
      result.ok
        ? { of, rooms: result.value, problem: null }
        : { of, rooms: [], problem: `${result.error.message} ${result.error.hint}` },
    );
  };
  const isRefused = shown !== null && shown.problem !== null;
  return (
    <div className={`open-rooms${isRefused ? ' field--problem' : ''}`}>
      {shown !== null && shown.rooms.length > 0 && (
        <Select
          label="Open rooms"
          value={shown.rooms.some(({ name }) => name === room) ? room : ''}
          options={[
            { value: '', label: formatQuantity(shown.rooms.length, 'open room') },
            ...shown.rooms.map((one) => ({ value: one.name, label: labelOf(one) })),
          ]}
          onChoose={(name) => {
            if (name !== '') onChoose(name);
          }}
        />
      )}
      <Button
        label={shown === null ? 'Show open rooms' : 'Look again'}
        size="small"
        variant="quiet"
        isBusy={isBusy}
        disabledReason={disabledReason}
        onPress={() => void ask()}
      />
      <p className="field__note" role="status">
        {noteOf(shown)}
      </p>
    </div>
  );
}

function labelOf({ name, people }: OpenRoom): string {
  if (people === null) return name;
  return `${name} · ${formatQuantity(people, 'participant')}`;
}

function noteOf(answer: Answer | null): string {
  if (answer === null) return '';
  return answer.problem ?? (answer.rooms.length === 0 ? 'No room is open on this server.' : '');
}
