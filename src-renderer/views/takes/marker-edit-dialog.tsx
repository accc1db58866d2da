import { useId, useState } from 'react';
import { markerLimits } from '../../../src-main/contract/limits.js';
import type { Marker } from '../../../src-main/contract/manifest.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { Field } from '../../controls/field.js';
import { useModel } from '../../model/model-context.js';

interface MarkerEditDialogProps {
  readonly takeName: string;
  readonly marker: Marker;
}

/** A name and a note for a marker. Its moment stays. */
export function MarkerEditDialog({ takeName, marker }: MarkerEditDialogProps): React.JSX.Element {
  const { takes } = useModel();
  const [label, setLabel] = useState(marker.label);
  const [note, setNote] = useState(marker.note ?? '');
  const noteId = useId();
  const close = (): void => takes.askToMark(null);
  const isNameless = label.trim() === '';
  return (
    <Dialog title={`Marker at ${formatTimecode(marker.takeMs)}`} className="marker-edit" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isNameless) return;
          const { takeMs } = marker;
          const written = { takeMs, label: label.trim(), ...(note.trim() !== '' && { note: note.trim() }) };
          void takes.changeMarker(takeName, marker, written);
        }}
      >
        <Field
          label="Name"
          value={label}
          problem={isNameless ? 'A marker needs a name.' : null}
          onChange={(text) => setLabel(text.slice(0, markerLimits.labelLength))}
        />
        <div className="field">
          <label className="field__label" htmlFor={noteId}>
            Note
            <span className="field__optional">optional</span>
          </label>
          <textarea
            id={noteId}
            className="field__input field__input--note"
            rows={4}
            value={note}
            maxLength={markerLimits.noteLength}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
        <footer className="dialog__footer">
          <Button label="Cancel" variant="quiet" onPress={close} />
          <Button
            label="Save"
            icon="check"
            variant="primary"
            type="submit"
            disabledReason={isNameless ? 'A marker needs a name.' : null}
          />
        </footer>
      </form>
    </Dialog>
  );
}
