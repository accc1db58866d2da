import { useState } from 'react';
import type { Soak } from '../../../src-main/contract/soak.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { lengthAdvice } from '../../../src-main/format/verdict-text.js';
import { Button } from '../../controls/button.js';
import { Field } from '../../controls/field.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { outcomeText, toneOfMemory } from '../../derive/verdict.js';
import { formatClock } from '../../format/clock.js';
import { useDisabledReason, useModel, useSession } from '../../model/model-context.js';

const defaultMinutes = '10';
const limits = { min: 1, max: 1440 } as const;

/** A take of some minutes, and one word on its memory. */
export function SoakPanel(): React.JSX.Element {
  const model = useModel();
  const [minutes, setMinutes] = useState(defaultMinutes);
  const soak = useSession(({ console }) => console?.soak ?? null);
  const isStarting = useSession((state) => state.pending.has('startSoak'));
  const disabledReason = useDisabledReason('startSoak');
  const value = Number(minutes);
  const isValid = minutes.trim() !== '' && value >= limits.min && value <= limits.max;
  return (
    <Panel title="Soak">
      <p className="lab__text">Records for some minutes and judges whether memory is flat. {lengthAdvice}</p>
      <form
        className="soak__form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid && disabledReason === null) void model.startSoak(value);
        }}
      >
        <Field
          label="Minutes"
          name="soakMinutes"
          value={minutes}
          problem={isValid ? null : `Enter ${limits.min} to ${limits.max}.`}
          onChange={setMinutes}
        />
        <Button
          label="Start soak"
          icon="record"
          type="submit"
          disabledReason={disabledReason ?? (isValid ? null : 'The number of minutes is not valid.')}
          isBusy={isStarting}
        />
      </form>
      {soak !== null && <SoakOutcome soak={soak} />}
    </Panel>
  );
}

const icons: Readonly<Record<ReturnType<typeof toneOfMemory>, IconName>> = {
  good: 'check',
  bad: 'error',
  warning: 'warning',
  quiet: 'clock',
};

function SoakOutcome({ soak }: { readonly soak: Soak }): React.JSX.Element {
  const { outcome, isRunning, takeName, minutes, startedAt } = soak;
  if (isRunning) {
    const clock = formatClock(Date.parse(startedAt) + minutes * 60_000, true);
    return (
      <p className="soak__state" role="status">
        {takeName} runs until {clock}. Stop ends it early with the verdict so far.
      </p>
    );
  }
  if (outcome === null) return <p className="soak__state">{takeName} ended before memory was judged.</p>;
  const tone = toneOfMemory(outcome.word);
  return (
    <div className="soak__state" role="status">
      <p className={`soak__word soak__word--${tone}`}>
        <Icon name={icons[tone]} />
        {outcome.word}
      </p>
      <p>{outcomeText(outcome)}</p>
      <p className="quiet">
        {takeName}, peak {formatBytes(outcome.peakRssBytes)}
        {outcome.budgetBytes === null ? '' : ` of ${formatBytes(outcome.budgetBytes)}`}
      </p>
    </div>
  );
}
