import type { Snapshot } from '../../../../src-main/contract/snapshot.js';
import { formatBytes } from '../../../../src-main/format/bytes.js';
import { absent } from '../../../../src-main/format/number.js';
import { Panel } from '../../../controls/panel.js';
import { SegmentedControl } from '../../../controls/segmented-control.js';
import type { MemoryLine } from '../../../derive/memory-lines.js';
import { modeShown } from '../../../derive/take-mode.js';
import {
  useConsole,
  useModel,
  useTelemetry,
  useTelemetryValues,
  useViewChoice,
} from '../../../model/model-context.js';
import { keysOf } from '../../../shortcuts/shortcuts.js';
import { ExportChartButton } from './export-chart-button.js';
import { MemoryChart } from './memory-chart.js';
import { SavingNotice } from './saving-notice.js';

type Memory = Snapshot['memory'];

const ranges = [
  { value: '1min', label: '1m' },
  { value: '5min', label: '5m' },
  { value: '15min', label: '15m' },
  { value: '30min', label: '30m' },
  { value: 'take', label: 'Take' },
  { value: 'all', label: 'All' },
] as const;

/** The chart that the product is named after. */
export function MemoryPanel(): React.JSX.Element {
  const model = useModel();
  const range = useViewChoice((choices) => choices.chartRange);
  return (
    <Panel
      title="Memory"
      className="memory"
      aside={
        <>
          <SegmentedControl
            legend="Time range"
            value={range}
            options={ranges}
            title={`Time range (${keysOf('range')})`}
            onChoose={(chartRange) => model.chooseRange(chartRange)}
          />
          <ExportChartButton />
        </>
      }
    >
      <MemoryLegend />
      <SavingNotice />
      <MemoryChart />
    </Panel>
  );
}

const legend = [
  { key: 'rss', label: 'Process (RSS)', read: (memory: Memory) => memory.rssBytes },
  { key: 'native', label: 'Native', read: (memory: Memory) => memory.nativeBytes },
  { key: 'external', label: 'External', read: (memory: Memory) => memory.externalBytes },
  { key: 'heap', label: 'Heap', read: (memory: Memory) => memory.heapTotalBytes },
  { key: 'ffmpeg', label: 'ffmpeg', read: (memory: Memory) => memory.ffmpegRssBytes },
  { key: 'budget', label: 'Budget', read: (memory: Memory) => memory.budgetBytes },
  { key: 'ceiling', label: 'Ceiling', read: (memory: Memory) => memory.ceilingBytes },
] as const;

/** What each line and area of the chart is, and how much it is now. */
export function MemoryLegend(): React.JSX.Element {
  const texts = useTelemetryValues(({ snapshot }) =>
    legend.map(({ read }) => formatBytes(snapshot === null ? null : read(snapshot.memory))),
  );
  const isCopying = useConsole((state) => modeShown(state) === 'copy', false);
  return (
    <dl className="legend">
      {legend.map(({ key, label }, index) =>
        // Most never set a ceiling: its line is not in the chart then. A copied take has no encoders.
        (key === 'ceiling' && texts[index] === absent) || (key === 'ffmpeg' && isCopying) ? null : (
          <div key={key} className={`legend__entry legend__entry--${key}`}>
            <dt>
              <LineSwitch line={key} label={label} />
            </dt>
            <dd>{key === 'budget' ? <BudgetButton text={texts[index] ?? absent} /> : texts[index]}</dd>
          </div>
        ),
      )}
      <UnboundedEntry />
    </dl>
  );
}

/** Its name in the legend switches a line off and on. */
function LineSwitch({
  line,
  label,
}: {
  readonly line: MemoryLine;
  readonly label: string;
}): React.JSX.Element {
  const model = useModel();
  const isShown = useViewChoice(({ hiddenLines }) => !hiddenLines.includes(line));
  const toggle = (): void =>
    model.view.setState(({ hiddenLines }) => ({
      hiddenLines: isShown ? [...hiddenLines, line] : hiddenLines.filter((one) => one !== line),
    }));
  return (
    <button
      type="button"
      className="legend__switch"
      aria-pressed={isShown}
      title={isShown ? 'Hide this line' : 'Show this line'}
      onClick={toggle}
    >
      <span className="legend__sign" aria-hidden="true" />
      {label}
    </button>
  );
}

/** The way to what the budget consists of. */
function BudgetButton({ text }: { readonly text: string }): React.JSX.Element {
  const model = useModel();
  return (
    <button
      type="button"
      className="legend__button"
      aria-label={`${text}: what the budget consists of`}
      title={`What the budget consists of (${keysOf('budget')})`}
      onClick={() => model.view.setState({ isBudgetOpen: true })}
    >
      {text}
    </button>
  );
}

/** Only while its line is on the chart. */
function UnboundedEntry(): React.JSX.Element | null {
  const isDrawn = useTelemetry(({ chart }) =>
    chart.rows.some(({ unboundedBytes }) => unboundedBytes !== null),
  );
  const text = useTelemetry(({ snapshot }) => {
    const unbounded = snapshot?.unbounded ?? null;
    if (unbounded === null) return 'over';
    return unbounded.state === 'running'
      ? formatBytes(unbounded.rssBytes)
      : `ended at ${formatBytes(unbounded.peakRssBytes)}`;
  });
  if (!isDrawn) return null;
  return (
    <div className="legend__entry legend__entry--unbounded">
      <dt>
        <LineSwitch line="unbounded" label="Unbounded (unsafe)" />
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
