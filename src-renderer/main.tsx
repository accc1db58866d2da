import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/record.css';
import './styles/connect.css';
import './styles/participants.css';
import './styles/meters.css';
import './styles/instruments.css';
import './styles/charts.css';
import './styles/playback.css';
import './styles/takes.css';
import './styles/lab.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { ConsoleModel } from './model/console-model.js';
import { ModelContext } from './model/model-context.js';
import { startRenderTicker } from './model/render-ticker.js';
import { openSoloOutput } from './model/solo-output.js';
import { copyText, memoryOf, saveFile, saveText } from './model/window-services.js';
import { listenForShortcuts } from './shortcuts/listen.js';
import { findLink } from './transport/find-link.js';
import { drawChart } from './views/record/memory/render-chart.js';

const model = new ConsoleModel(findLink(window), {
  now: () => performance.now(),
  memory: memoryOf(window),
  saveText,
  saveFile,
  drawChart,
  copyText,
  openSoloOutput,
});
model.start();
startRenderTicker(window, model);
listenForShortcuts(window, model);

const container = document.getElementById('console');
if (container === null) throw new Error('index.html has no place for the console.');
createRoot(container).render(
  <ModelContext value={model}>
    <App />
  </ModelContext>,
);
