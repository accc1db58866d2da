import { Choice } from '../../controls/choice.js';
import { Panel } from '../../controls/panel.js';
import { formatBytes } from '../../format/bytes.js';
import { keysOf } from '../../shortcuts/shortcuts.js';
import { useModel, useTelemetry, useViewChoice } from '../../model-context.js';
import { MemoryChart } from './memory-chart.js';

const ranges = [
  { value: '5min', label: '5 min' },
  { value: '30min', label: '30 min' },
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
        <Choice
          legend="Time shown"
          value={range}
          options={ranges}
          title={`Time shown (${keysOf('range')})`}
          onChoose={(chartRange) => model.view.setState({ chartRange })}
        />
      }
    >
      <MemoryLegend />
      <MemoryChart />
    </Panel>
  );
}

function MemoryLegend(): React.JSX.Element {
  const memory = useTelemetry(({ snapshot }) => snapshot?.memory);
  const entries = [
    { key: 'rss', label: 'Process (RSS)', bytes: memory?.rssBytes },
    { key: 'native', label: 'Native', bytes: memory?.nativeBytes },
    { key: 'external', label: 'External', bytes: memory?.externalBytes },
    { key: 'heap', label: 'Heap', bytes: memory?.heapTotalBytes },
    { key: 'ffmpeg', label: 'ffmpeg', bytes: memory?.ffmpegRssBytes },
    { key: 'budget', label: 'Budget', bytes: memory?.budgetBytes },
  ] as const;
  return (
    <dl className="legend">
      {entries.map(({ key, label, bytes }) => (
        <div key={key} className={`legend__entry legend__entry--${key}`}>
          <dt>
            <span className="legend__sign" aria-hidden="true" />
            {label}
          </dt>
          <dd>{bytes === undefined || bytes === null ? '–' : formatBytes(bytes)}</dd>
        </div>
      ))}
    </dl>
  );
}
