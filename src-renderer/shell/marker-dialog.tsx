import { useState } from 'react';
import { Button } from '../controls/button.js';
import { Dialog } from '../controls/dialog.js';
import { Field } from '../controls/field.js';
import { useModel } from '../model/model-context.js';

const maxLabelLength = 200;

/** A marker with a name of its own. */
export function MarkerDialog(): React.JSX.Element {
  const model = useModel();
  const [label, setLabel] = useState('');
  const [pressedAtMs] = useState(() => performance.now());
  const close = (): void => model.view.setState({ isMarkerLabelOpen: false });
  return (
    <Dialog title="Add a marker" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          close();
          void model.addMarker(label, performance.now() - pressedAtMs);
        }}
      >
        <Field
          label="Name"
          value={label}
          isOptional
          hint="It marks the moment at which you opened this dialog."
          onChange={(text) => setLabel(text.slice(0, maxLabelLength))}
        />
        <footer className="dialog__footer">
          <Button label="Cancel" variant="quiet" onPress={close} />
          <Button label="Add marker" icon="marker" variant="primary" type="submit" />
        </footer>
      </form>
    </Dialog>
  );
}
