import { besideTimes } from '../../../src-main/contract/beside-times.js';
import type { Show } from '../../../src-main/contract/unbounded.js';
import { showSentence } from '../../../src-main/format/unbounded-text.js';
import { Button } from '../../controls/button.js';
import { Bar } from '../../controls/meter.js';
import { Panel } from '../../controls/panel.js';
import { useConsole, useModel, useSession, useTelemetryValues } from '../../model/model-context.js';
import { disabledReasonForShow } from '../../stores/session.js';

/** What the caps are for: both recorders are in the chart beside it, and what they came to in one sentence. */
export function ShowPanel(): React.JSX.Element {
  const model = useModel();
  const show = useConsole((state) => state.show ?? null, null);
  const isStarting = useConsole((state) => state.recorder === 'connecting', false);
  const disabledReason = useSession(disabledReasonForShow);
  return (
    <Panel
      title="With caps and without"
      className="show"
      aside={
        <Button
          label={show === null ? 'Show me' : 'Show me again'}
          icon="play"
          size="small"
          variant="primary"
          disabledReason={disabledReason}
          isBusy={isStarting}
          onPress={() => void model.startShow()}
        />
      }
    >
      {show === null ? (
        <p className="quiet">
          In 40 s: the demo room is recorded, and beside it the same without caps. After 10 s no encoder works
          any more. One of them stays flat.
        </p>
      ) : show.isRunning ? (
        <ShowProgress show={show} />
      ) : (
        <ShowOutcome show={show} />
      )}
    </Panel>
  );
}

function ShowProgress({ show }: { readonly show: Show }): React.JSX.Element {
  const takeMs = useTelemetryValues(({ snapshot }) => snapshot?.takeMs ?? 0);
  const phase =
    takeMs < besideTimes.startMs
      ? 'The take begins.'
      : takeMs < besideTimes.troubleMs
        ? 'Both record the same participants.'
        : 'No encoder works any more. Frames keep coming.';
  const left = Math.max(0, Math.ceil(show.seconds - takeMs / 1000));
  return (
    <div className="show__state" role="status">
      <Bar label="Time" value={takeMs} cap={show.seconds * 1000} text={`${left} s left`} />
      <p>
        {phase} <span className="quiet">{left} s left</span>
      </p>
    </div>
  );
}

function ShowOutcome({ show }: { readonly show: Show }): React.JSX.Element {
  const { outcome, takeName } = show;
  if (outcome === null)
    return <p className="show__state">{takeName} ended before there was anything to compare.</p>;
  const { people, ofPeople } = outcome;
  return (
    <div className="show__state" role="status">
      <p className="show__sentence">{showSentence(outcome)}</p>
      {people < ofPeople && (
        <p className="quiet">
          The one without caps recorded {people} of {ofPeople} participants: this machine has no cores for
          more.
        </p>
      )}
    </div>
  );
}
