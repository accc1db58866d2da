import { useState } from 'react';
import { refusalOfFault } from '../../../src-main/contract/copy-availability.js';
import { type ActiveFault, type Fault, faultSchema } from '../../../src-main/contract/faults.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { Field } from '../../controls/field.js';
import { Panel } from '../../controls/panel.js';
import { Select } from '../../controls/select.js';
import { formatClock } from '../../format/clock.js';
import { useConsole, useDisabledReason, useModel, useSession } from '../../model/model-context.js';
import { faultTexts, type PanelFaultName } from './fault-texts.js';

const names = Object.keys(faultTexts) as PanelFaultName[];

/** Breaks things on purpose: one fault at a time is chosen, several can run. */
export function FaultsPanel(): React.JSX.Element {
  const model = useModel();
  const [name, setName] = useState<PanelFaultName>('stallSink');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [asks, setAsks] = useState<Fault | null>(null);
  const isDemo = useSession(({ console }) => console?.source?.kind === 'demo');
  const startDisabledReason = useDisabledReason('startFault');
  const faultRefusal = useConsole((state) => refusalOfFault(name, state)?.reason ?? null, null);
  const disabledReason = startDisabledReason ?? faultRefusal;
  const isBusy = useSession((state) => state.pending.has('startFault'));
  const active = useSession(({ console }) => console?.faults ?? null) ?? [];
  const { shows, fields } = faultTexts[name];
  const parsed = faultSchema.safeParse({ name, ...filledIn(values, fields) });
  const problemOf = (key: string): string | null =>
    parsed.error?.issues.find(({ path }) => path[0] === key)?.message ?? null;
  const start = (fault: Fault, isConfirmed: boolean): void => {
    setAsks(null);
    void model.startFault(fault, isConfirmed);
  };
  return (
    <Panel title="Faults">
      <form
        className="faults__form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!parsed.success || disabledReason !== null) return;
          if (isDemo) start(parsed.data, false);
          else setAsks(parsed.data);
        }}
      >
        <Select
          label="Fault"
          value={name}
          options={names.map((value) => ({ value, label: faultTexts[value].label }))}
          onChoose={(value) => {
            setName(value);
            setValues({});
          }}
        />
        {fields.map(({ key, label, initial }) => (
          <Field
            key={`${name}.${key}`}
            label={label}
            name={key}
            value={values[key] ?? initial}
            problem={problemOf(key)}
            onChange={(text) => setValues({ ...values, [key]: text })}
          />
        ))}
        <Button
          label="Inject fault"
          icon="warning"
          variant="danger"
          type="submit"
          disabledReason={disabledReason ?? (parsed.success ? null : 'A value is not valid.')}
          isBusy={isBusy}
        />
      </form>
      <p className="quiet">{shows}</p>
      {active.length > 0 && (
        <ul className="faults__active">
          {active.map((fault) => (
            <ActiveFaultLine key={fault.id} active={fault} />
          ))}
        </ul>
      )}
      {asks !== null && (
        <Dialog title="Inject a fault into a real take?" onClose={() => setAsks(null)}>
          <p className="dialog__text">
            This is not the demo room. The fault may damage the take, which cannot be repeated.
          </p>
          <footer className="dialog__footer">
            <Button label="Cancel" onPress={() => setAsks(null)} />
            <Button label="Inject anyway" variant="danger" onPress={() => start(asks, true)} />
          </footer>
        </Dialog>
      )}
    </Panel>
  );
}

function ActiveFaultLine({ active }: { readonly active: ActiveFault }): React.JSX.Element | null {
  const model = useModel();
  const { name } = active.fault;
  if (name === 'unbounded') return null;
  const { label } = faultTexts[name];
  const ends = formatClock(Date.parse(active.endsAt), true);
  return (
    <li className="faults__line">
      <span>
        {label}, until {ends}
      </span>
      <Button label="End fault" size="small" onPress={() => void model.stopFault(active.id)} />
    </li>
  );
}

function filledIn(
  values: Readonly<Record<string, string>>,
  fields: readonly { readonly key: string; readonly initial: string }[],
): Record<string, string | number> {
  return Object.fromEntries(
    fields.flatMap(({ key, initial }): [string, string | number][] => {
      const text = (values[key] ?? initial).trim();
      // An empty text means nobody in particular.
      if (text === '' && initial === '') return [];
      return [[key, text !== '' && Number.isFinite(Number(text)) ? Number(text) : text]];
    }),
  );
}
