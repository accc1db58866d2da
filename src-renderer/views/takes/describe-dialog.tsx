import { useId, useState } from 'react';
import { descriptionLimits } from '../../../src-main/contract/limits.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { Field } from '../../controls/field.js';
import { useModel } from '../../model/model-context.js';

/** A title and a note for a take. The folder keeps its name: whatever points at it still does. */
export function DescribeDialog({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const { takes } = useModel();
  const [title, setTitle] = useState(entry.title ?? '');
  const [note, setNote] = useState(entry.note ?? '');
  const noteId = useId();
  const close = (): void => takes.askToDescribe(null);
  return (
    <Dialog title="Title and note" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void takes.describe(entry.takeName, { title, note });
        }}
      >
        <Field
          label="Title"
          value={title}
          isOptional
          placeholder={entry.room}
          hint="Shown in place of the room. The folder keeps its name."
          onChange={(text) => setTitle(text.slice(0, descriptionLimits.titleLength))}
        />
        <div className="field">
          <label className="field__label" htmlFor={noteId}>
            Note
            <span className="field__optional">optional</span>
          </label>
          <textarea
            id={noteId}
            className="field__input field__input--note"
            rows={5}
            value={note}
            maxLength={descriptionLimits.noteLength}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
        <footer className="dialog__footer">
          <Button label="Cancel" variant="quiet" onPress={close} />
          <Button label="Save" icon="check" variant="primary" type="submit" />
        </footer>
      </form>
    </Dialog>
  );
}
