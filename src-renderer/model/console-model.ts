import type { StoreApi } from 'zustand/vanilla';
import type { CommandName, ConsoleEvent, ConsoleState } from '../../src-main/contract/console.js';
import type { Result } from '../../src-main/contract/errors.js';
import type { Fault } from '../../src-main/contract/faults.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { SourceForm } from '../../src-main/contract/source-form.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { markerFileName, type MarkerFormat, markersText } from '../../src-main/format/marker-text.js';
import { formatDuration, formatTimecode } from '../../src-main/format/time.js';
import type { ShownRange } from '../../src-main/history/telemetry-series.js';
import { type Caption, captionOf } from '../chart/caption.js';
import { settingsText } from '../derive/loss-text.js';
import { participantOrders } from '../derive/participants.js';
import { takesRevision } from '../derive/take-list.js';
import { markerBeside } from '../derive/take-tracks.js';
import { LiveImages } from '../stores/live-images.js';
import { LiveMedia } from '../stores/live-media.js';
import { disabledReasonFor, disabledReasonForSetting, Session } from '../stores/session.js';
import { type OpenSoloOutput, Solo } from '../stores/solo.js';
import { TakePlayback } from '../stores/take-playback.js';
import { Takes } from '../stores/takes.js';
import { Telemetry } from '../stores/telemetry.js';
import {
  createViewChoices,
  type TextMemory,
  type Theme,
  type ViewChoices,
  type ViewName,
} from '../stores/view-choices.js';
import type { ConsoleLink } from '../transport/console-link.js';
import { announceDeliveries, announceEnds, announceMoves, announceNewcomers } from './announcements.js';

/** What a model needs of the window that it is shown in. */
export interface ModelDependencies {
  /** A clock in milliseconds that only goes forward. */
  readonly now: () => number;
  readonly memory: TextMemory | null;
  readonly saveText: (fileName: string, text: string) => void;
  readonly saveFile: (fileName: string, content: Blob) => void;
  /** The memory chart as a PNG file. */
  readonly drawChart: (model: ConsoleModel, caption: Caption) => Promise<Blob>;
  readonly copyText: (text: string) => Promise<void>;
  readonly openSoloOutput: OpenSoloOutput;
}

/** A recorder that is busy answers later than that only when something is wrong. */
const answerPatienceMs = 3_000;
/** Long enough for the one without caps to pass any budget. */
const showSeconds = 40;
const themes: readonly Theme[] = ['dark', 'light', 'system'];

/** Everything behind the window: the stores, what feeds them, and what a person can do. */
export class ConsoleModel {
  readonly link: ConsoleLink;
  readonly session: Session;
  readonly telemetry = new Telemetry();
  readonly media = new LiveMedia();
  readonly liveImages: LiveImages;
  readonly solo: Solo;
  readonly takes: Takes;
  readonly playback: TakePlayback;
  readonly view: StoreApi<ViewChoices>;
  readonly now: () => number;
  readonly #dependencies: ModelDependencies;
  #heardAtMs: number;
  /** Of the take that runs, or else of the one before. */
  #takeName: string | null = null;
  /** The take that was stopped from this window last. */
  #stoppedHere: string | null = null;

  constructor(link: ConsoleLink, dependencies: ModelDependencies) {
    this.link = link;
    this.session = new Session(link.api);
    this.liveImages = new LiveImages(link.api);
    this.solo = new Solo(link.api, dependencies.openSoloOutput, dependencies.now);
    this.takes = new Takes(this.session);
    this.playback = new TakePlayback(dependencies.now);
    this.view = createViewChoices(dependencies.memory);
    this.now = dependencies.now;
    this.#heardAtMs = dependencies.now();
    this.#dependencies = dependencies;
  }

  /** @returns what ends listening */
  start(): () => void {
    const ends = [
      this.link.api.subscribe((event) => this.accept(event)),
      this.link.onStatus((status) => this.#linkChanged(status)),
      this.session.store.subscribe(({ console }, before) => {
        if (console !== null && console !== before.console) this.#stateChanged(console, before.console);
      }),
    ];
    this.#linkChanged(this.link.status);
    return () => {
      for (const end of ends) end();
    };
  }

  /** When the recorder was heard last, on the clock of {@link ConsoleModel.now}. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /**
   * Asks a silent recorder for an answer.
   *
   * @returns whether there was one
   */
  async tryNow(): Promise<boolean> {
    const wasOpen = this.link.status === 'open';
    const isOpen = wasOpen || (await this.link.retryNow());
    if (!isOpen || !(await this.#answers())) return false;
    this.session.notify('success', 'The recorder answers again.');
    return true;
  }

  async #answers(): Promise<boolean> {
    let timer: number | undefined;
    const tooLate = new Promise<false>((resolve) => {
      timer = window.setTimeout(() => resolve(false), answerPatienceMs);
    });
    const isAnswered = await Promise.race([this.session.refresh(), tooLate]);
    window.clearTimeout(timer);
    if (isAnswered) this.#heardAtMs = this.now();
    return isAnswered;
  }

  accept(event: ConsoleEvent): void {
    this.#heardAtMs = this.now();
    switch (event.type) {
      case 'state':
        this.session.store.setState({ console: event.state });
        break;
      case 'snapshot':
        this.telemetry.acceptSnapshot(event.snapshot, this.now());
        break;
      case 'event':
        this.telemetry.acceptEvent(event.event);
        announceMoves(this.session, event.event);
        break;
      case 'levels':
        this.media.acceptLevels(event.levels, this.now());
        break;
      case 'thumbnail':
        this.media.acceptThumbnail(event.thumbnail);
        break;
      case 'verifying':
        this.takes.acceptProgress(event.takeName, event.fraction);
        break;
    }
  }

  /** Whether a command may be given now. */
  can(command: CommandName): boolean {
    return disabledReasonFor(command, this.session.store.getState()) === null;
  }

  async connect(form: SourceForm): Promise<Result<null>> {
    return this.session.run('connect', form);
  }

  async connectDemo(): Promise<void> {
    if (this.can('connectDemo')) await this.session.run('connectDemo', {});
  }

  async disconnect(): Promise<void> {
    if (this.can('disconnect')) await this.session.run('disconnect', {});
  }

  async arm(identity: string, isArmed: boolean): Promise<void> {
    if (this.session.mayArm({ identity, isArmed })) await this.session.run('arm', { identity, isArmed });
  }

  /** Arms everybody, or nobody when everybody is armed already. */
  async armAll(): Promise<void> {
    const participants = this.session.store.getState().console?.participants ?? [];
    const isArmed = participants.some((participant) => !participant.isArmed);
    for (const participant of participants) {
      if (participant.isArmed !== isArmed) await this.arm(participant.identity, isArmed);
    }
  }

  async startTake(): Promise<void> {
    if (!this.can('startTake')) return;
    this.view.setState({ view: 'record' });
    await this.session.run('startTake', {});
  }

  async startSoak(minutes: number): Promise<void> {
    if (!this.can('startSoak')) return;
    await this.session.run('startSoak', { minutes });
  }

  /** Opens the demo room where there is none, and shows in the Lab what the caps are for. */
  async startShow(): Promise<void> {
    this.view.setState({ view: 'lab' });
    const recorder = this.session.store.getState().console?.recorder;
    if (recorder === 'idle') {
      const opened = await this.session.run('connectDemo', {});
      // What it has changed is told a moment after its answer.
      if (!opened.ok || !(await this.session.refresh())) return;
    }
    // Where it cannot begin, the recorder says why, and what to do: a button that does nothing says neither.
    await this.session.run('startShow', { seconds: showSeconds });
  }

  async startFault(fault: Fault, isConfirmed: boolean): Promise<void> {
    if (this.can('startFault')) await this.session.run('startFault', { fault, isConfirmed });
  }

  async stopFault(id: number): Promise<void> {
    await this.session.run('stopFault', { id });
  }

  /** Ends the countdown. */
  async cancelStart(): Promise<void> {
    if (this.can('cancelStart')) await this.session.run('cancelStart', {});
  }

  /** A key is pressed by accident more easily than a button is held: whoever wants neither is asked. */
  async stopByKey(): Promise<void> {
    if (this.can('cancelStart')) return this.cancelStart();
    if (this.view.getState().stopRule === 'atOnce') await this.stopTake();
    else if (this.can('stopTake')) this.view.setState({ isStopAsked: true });
  }

  async stopTake(): Promise<void> {
    if (!this.can('stopTake')) return;
    this.#stoppedHere = this.session.store.getState().console?.take?.name ?? null;
    const result = await this.session.run('stopTake', {});
    // What it has come to is told with the state, as of every take that ends.
    if (result.ok) this.takes.select(result.value.takeName);
  }

  /** Pauses the take, or lets it go on. */
  async togglePause(): Promise<void> {
    const isPaused = this.session.store.getState().console?.take?.isPaused === true;
    const name = isPaused ? 'resumeTake' : 'pauseTake';
    if (this.can(name)) await this.session.run(name, {});
  }

  /** The take goes on in another part. */
  splitTake(): Promise<void> {
    return this.#goOn('splitTake', (part) => `Going over to part ${part}.`);
  }

  /** The take is copied from now on. */
  continueCopied(): Promise<void> {
    return this.#goOn('continueCopied', (part) => `What is sent is copied now, in part ${part}.`);
  }

  async #goOn(command: 'continueCopied' | 'splitTake', told: (part: number) => string): Promise<void> {
    const result = this.can(command) ? await this.session.run(command, {}) : null;
    if (result?.ok === true) this.session.notify('info', told(result.value.part));
  }

  /** The last minutes become a take of their own. */
  async saveReplay(): Promise<void> {
    if (!this.can('saveReplay')) return;
    const result = await this.session.run('saveReplay', {});
    if (!result.ok) return;
    const { durationMs, takeName } = result.value;
    const text = `Replay of ${formatDuration(durationMs)} saved as ${takeName}.`;
    this.session.notify('info', text, { kind: 'showTakes', takeName });
  }

  /**
   * The take goes on in another folder.
   *
   * @param folder null asks the person
   * @returns whether it does
   */
  async moveTake(folder: string | null): Promise<boolean> {
    if (!this.can('moveTake')) return false;
    const result = await this.session.run('moveTake', { folder });
    if (!result.ok || result.value === null) return false;
    this.session.notify('info', `The take goes on there in a second, in part ${result.value.part}.`);
    return true;
  }

  /**
   * Changes settings now where that is possible, and otherwise as soon as the take is over.
   *
   * @returns whether they are changed now
   */
  async changeForNextTake(change: Partial<Settings>): Promise<boolean> {
    const session = this.session.store.getState();
    const names = Object.keys(change) as (keyof Settings)[];
    if (names.some((name) => disabledReasonForSetting(name, session) !== null)) {
      this.view.setState(({ nextTake }) => ({ nextTake: { ...nextTake, ...change } }));
      return false;
    }
    const result = await this.session.run('updateSettings', change);
    return result.ok;
  }

  async #applyNextTake(): Promise<void> {
    const { nextTake } = this.view.getState();
    if (Object.keys(nextTake).length === 0) return;
    this.view.setState({ nextTake: {} });
    if (await this.changeForNextTake(nextTake))
      this.session.notify('info', `The next take is recorded with ${settingsText(nextTake)}.`);
  }

  /**
   * @param label null names it by its number
   * @param agoMs how long ago the moment was that is marked
   */
  async addMarker(label: string | null, agoMs = 0): Promise<void> {
    if (!this.can('addMarker')) return;
    const count = this.session.store.getState().console?.take?.markers.length ?? 0;
    const text = label === null || label.trim() === '' ? `Marker ${count + 1}` : label.trim();
    const result = await this.session.run('addMarker', { label: text, agoMs });
    if (result.ok) this.session.notify('info', `${text} added at ${formatTimecode(result.value.takeMs)}`);
  }

  /** The take whose verdict stands on the badge. */
  showLatestTake(): void {
    this.showTake(this.#takeName);
  }

  /** A take in the list of them. */
  showTake(takeName: string | null): void {
    this.takes.select(takeName);
    this.show('takes');
  }

  /** Saves a take's report, one page for a ticket. */
  async saveReport(takeName: string): Promise<void> {
    const result = await this.session.run('readReport', { takeName });
    if (!result.ok) return;
    this.#dependencies.saveText(result.value.fileName, result.value.html);
    this.session.notify('success', `${result.value.fileName} is in your downloads.`);
  }

  /** Saves the markers of a take as a table, or as chapters for the description of a video. */
  saveMarkers({ takeName, markers = [] }: TakeEntry, format: MarkerFormat): void {
    const fileName = markerFileName(takeName, format);
    const type = format === 'csv' ? 'text/csv' : 'text/plain';
    this.#dependencies.saveFile(
      fileName,
      new Blob([markersText(markers, format)], { type: `${type};charset=utf-8` }),
    );
    this.session.notify('success', `${fileName} is in your downloads.`);
  }

  /** Opens the player of the selected take, and plays it; or closes it. */
  showPlayer(isOpen: boolean): void {
    const entry = this.takes.selectedEntry;
    if (!isOpen || entry === null) {
      this.takes.showPlayer(false);
      this.playback.close();
      return;
    }
    this.takes.showPlayer(true);
    this.playback.open(entry);
    this.playback.play();
  }

  /** Plays the selected take from a moment of its timeline. */
  playFrom(takeMs: number): void {
    if (!this.takes.store.getState().isPlayerOpen) this.showPlayer(true);
    this.playback.seekTo(takeMs);
    this.playback.play();
  }

  /** Whether the keys of the player are for it: it is in sight. */
  get hasPlayerKeys(): boolean {
    return this.view.getState().view === 'takes' && this.takes.store.getState().isPlayerOpen;
  }

  /** Jumps to the marker before or behind the player's position. */
  jumpToMarker(direction: -1 | 1): void {
    const markers = this.takes.selectedEntry?.markers ?? [];
    const marker = markerBeside(markers, this.playback.positionMs, direction);
    if (marker !== null) this.playback.seekTo(marker.takeMs);
  }

  show(view: ViewName): void {
    this.view.setState({ view });
    if (view === 'takes') void this.takes.refresh();
  }

  /** The recorder remembers it for every window; this one does so until it has answered. */
  setTheme(theme: Theme): void {
    this.view.setState({ theme });
    if (this.link.status === 'open') void this.session.run('updateSettings', { theme }, { isQuiet: true });
  }

  nextTheme(): void {
    const { theme } = this.view.getState();
    this.setTheme(themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'dark');
  }

  nextLayout(): void {
    const { layout } = this.view.getState();
    this.view.setState({ view: 'record', layout: layout === 'producer' ? 'qa' : 'producer' });
  }

  nextParticipantOrder(): void {
    const { participantOrder: current } = this.view.getState();
    const next = participantOrders[(participantOrders.indexOf(current) + 1) % participantOrders.length];
    this.view.setState({ participantOrder: next ?? 'join' });
  }

  async exportTelemetry(): Promise<void> {
    const result = await this.session.run('exportTelemetry', {});
    if (!result.ok) return;
    this.#dependencies.saveText(result.value.fileName, result.value.ndjson);
    this.session.notify('success', `${result.value.fileName} is in your downloads.`);
  }

  /** All of a range is shown, up to now. */
  chooseRange(chartRange: ShownRange): void {
    this.view.setState({ chartRange, chartZoom: null });
  }

  /** Brings the charts up to date, with the time that is chosen. */
  drawCharts(): void {
    const { chartRange, chartZoom } = this.view.getState();
    this.telemetry.showChart(chartRange, chartZoom);
  }

  /** Saves the memory chart, with the time that is chosen, as an image that says where it comes from. */
  async exportChart(): Promise<void> {
    if (this.view.getState().isExportingChart) return;
    this.telemetry.showNumbers();
    this.drawCharts();
    if (this.telemetry.shown.getState().chart.rows.length === 0) {
      this.session.notify('warning', 'There is nothing to draw yet. Join a room first.');
      return;
    }
    this.view.setState({ isExportingChart: true });
    try {
      const caption = this.#chartCaption();
      const image = await this.#dependencies.drawChart(this, caption);
      this.#dependencies.saveFile(caption.fileName, image);
      this.session.notify('success', `${caption.fileName} is in your downloads.`);
    } catch {
      this.session.notify('warning', 'The chart could not be drawn. Export the telemetry instead.');
    } finally {
      this.view.setState({ isExportingChart: false });
    }
  }

  #chartCaption(): Caption {
    const { console } = this.session.store.getState();
    const { rows, time } = this.telemetry.shown.getState().chart;
    const { fromMs, toMs } = time;
    const latest = this.telemetry.latestOfTake;
    // A take that ended before the time shown says nothing about it.
    const takeSnapshot = latest !== null && Date.parse(latest.at) >= fromMs ? latest : null;
    return captionOf({
      takeName: takeSnapshot === null ? null : this.#takeName,
      takeSnapshot,
      isTakeRunning: console !== null && console.take !== null,
      source: console?.source ?? null,
      version: console?.version ?? '',
      rows,
      fromMs,
      toMs,
      nowMs: Date.now(),
    });
  }

  async copyPath(path: string): Promise<void> {
    try {
      await this.#dependencies.copyText(path);
      this.session.notify('info', 'The path was copied.');
    } catch {
      this.session.notify('warning', `This window may not use the clipboard. The path is ${path}`);
    }
  }

  #linkChanged(link: ConsoleLink['status']): void {
    if (link === 'open') this.#heardAtMs = this.now();
    this.session.store.setState({ link });
    if (link === 'open') void this.#catchUp();
  }

  /** What happened while this window was not there. */
  async #catchUp(): Promise<void> {
    if (!(await this.session.refresh())) return;
    const history = await this.session.run('readHistory', {}, { isQuiet: true });
    if (history.ok) this.telemetry.restore(history.value);
  }

  #stateChanged(state: ConsoleState, before: ConsoleState | null): void {
    this.media.keepOnly(new Set(state.participants.map(({ identity }) => identity)));
    this.solo.keepOnly(state.participants);
    this.#takeName = state.take?.name ?? this.#takeName;
    if (before !== null) announceNewcomers(this.session, state, before);
    if (before?.recorder === 'idle' && state.recorder !== 'idle') {
      this.telemetry.reset();
      this.view.setState({ chartZoom: null });
      this.session.dismissToasts();
      this.#takeName = state.take?.name ?? null;
    }
    if (state.settings.theme !== before?.settings.theme) this.view.setState({ theme: state.settings.theme });
    const begins = before !== null && before.recorder !== 'recording' && state.recorder === 'recording';
    if (begins) this.session.dismissToasts();
    announceEnds(this.session, state, before, this.#stoppedHere);
    announceDeliveries(this.session, state, before);
    const isOver = state.recorder !== 'recording' && state.recorder !== 'finalizing';
    // Also of a take that ended while this window was not there.
    if (isOver && before?.recorder !== state.recorder) void this.#applyNextTake();
    const isListKnown = this.takes.store.getState().entries !== null;
    if (before !== null && isListKnown && takesRevision(state) !== takesRevision(before))
      void this.takes.refresh();
  }
}
