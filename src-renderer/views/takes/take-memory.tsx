import { useEffect, useMemo, useState } from 'react';
import type { TimeSpan } from '../../../src-main/chart/time-axis.js';
import type { TakeMemory } from '../../../src-main/contract/history.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import type { MemoryStatus } from '../../../src-main/contract/verdict.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { rowsWithin } from '../../../src-main/history/telemetry-series.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { type BudgetStep, stepsOfTake } from '../../derive/budget-steps.js';
import { type ChartMark, marksOfTake } from '../../derive/chart-marks.js';
import { outcomeText, peakText, toneOfMemory, type VerdictKind } from '../../derive/verdict.js';
import { useConsole, useModel, useTakes } from '../../model/model-context.js';
import { BudgetDialog } from '../record/memory/budget-dialog.js';
import { MemoryPlot } from '../record/memory/memory-plot.js';

/** Of somebody who walks through the list nothing is read that they do not stop at. */
const stopsAfterMs = 300;
const leastSpanMs = 60_000;

/** Whether the recorder's memory was flat in this take: the word, the slope, the peak beside its budget, and the chart. */
export function TakeMemorySection({ entry }: { readonly entry: TakeEntry }): React.JSX.Element {
  const { condition, durationMs, memory, takeName } = entry;
  const model = useModel();
  const isRecording = useConsole(({ take }) => take !== null, false);
  const read = useTakes((state) => (state.memory?.takeName === takeName ? state.memory : null));
  useEffect(() => {
    // Reading hours of telemetry is work for the process that records: then it is done when somebody asks.
    if (isRecording) return;
    const timer = window.setTimeout(() => void model.takes.readMemory(takeName), stopsAfterMs);
    return () => window.clearTimeout(timer);
  }, [model, takeName, isRecording, condition, durationMs]);
  return (
    <section className="take-memory" aria-label="Memory">
      {memory !== null && memory !== undefined && (
        <p className={`take-details__memory take-details__memory--${toneOfMemory(memory.word)}`}>
          <Icon name="memory" />
          <strong>{memory.word}</strong>
          <span>
            {peakText(memory)} {outcomeText(memory)}
          </span>
        </p>
      )}
      {read === null && isRecording && (
        <Button
          label="Show the memory chart"
          icon="memory"
          size="small"
          onPress={() => void model.takes.readMemory(takeName)}
        />
      )}
      {read !== null && read.problem !== null && (
        <p className="quiet" role="alert">
          The memory chart cannot be shown. {read.problem.message}
        </p>
      )}
      {read?.problem === null && read.curve === null && (
        <p className="quiet" role="status">
          Reading the telemetry…
        </p>
      )}
      {read !== null && read.curve !== null && (
        <Curve curve={read.curve} word={memory?.word ?? null} isCopied={entry.mode === 'copy'} />
      )}
    </section>
  );
}

interface CurveProps {
  readonly curve: TakeMemory;
  readonly word: MemoryStatus | null;
  /** There were no encoders. */
  readonly isCopied: boolean;
}

function Curve({ curve, isCopied, word }: CurveProps): React.JSX.Element {
  const [isBudgetOpen, setBudgetOpen] = useState(false);
  const [zoom, setZoom] = useState<TimeSpan | null>(null);
  const steps = useMemo((): BudgetStep[] => stepsOfTake(curve.steps), [curve]);
  const marks = useMemo((): ChartMark[] => marksOfTake(curve.marks), [curve]);
  if (curve.rows.length === 0)
    return <p className="quiet">This take has no telemetry: there is no memory chart.</p>;
  const latest = curve.rows[curve.rows.length - 1];
  const outer = { fromMs: 0, toMs: Math.max(leastSpanMs, latest?.atMs ?? 0) };
  const time = zoom ?? outer;
  const rows = rowsWithin(curve.rows, time);
  return (
    <>
      <div className="take-memory__key">
        <ul className="legend" aria-label="Lines of the chart">
          {lines
            .filter(({ key }) => key !== 'ffmpeg' || !isCopied)
            .map(({ key, label }) => (
              <li key={key} className={`legend__entry legend__entry--${key}`}>
                <span className="legend__sign" aria-hidden="true" />
                {label}
              </li>
            ))}
        </ul>
        {steps.length > 0 && (
          <Button label="About the budget" variant="quiet" size="small" onPress={() => setBudgetOpen(true)} />
        )}
      </div>
      <div className="take-memory__chart">
        <MemoryPlot
          {...{ rows, time, outer, marks, steps }}
          clock="elapsed"
          verdict={kindOf(word)}
          onZoom={setZoom}
        />
      </div>
      {isBudgetOpen && (
        <BudgetDialog
          steps={steps}
          timeText={(takeMs) => formatTimecode(takeMs)}
          onClose={() => setBudgetOpen(false)}
        />
      )}
    </>
  );
}

const lines = [
  { key: 'rss', label: 'Process (RSS)' },
  { key: 'native', label: 'Native' },
  { key: 'external', label: 'External' },
  { key: 'heap', label: 'Heap' },
  { key: 'ffmpeg', label: 'ffmpeg' },
  { key: 'budget', label: 'Budget' },
] as const;

/** The limit that memory was above is drawn red. */
function kindOf(word: MemoryStatus | null): VerdictKind {
  if (word === 'OVER BUDGET') return 'overBudget';
  return word === 'OVER CEILING' ? 'overCeiling' : 'none';
}
