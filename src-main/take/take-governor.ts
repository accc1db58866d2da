import type { GovernorSnapshot } from '../contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';
import {
  governorSteps,
  lastGovernorStep,
  MemoryGovernor,
  type MemoryLimit,
  type VideoLayer,
} from '../pipeline/memory-governor.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** What the governor acts on. */
export interface GovernorTargets {
  /** Frames that are subscribed, with lower simulcast layers and without. */
  layering(): { readonly layered: number; readonly single: number };
  requestLayer(layer: VideoLayer): void;
  limitFrameRate(maxPerSecond: number | null): void;
}

/** A request can meet a subscription that the server has not come to, and is lost then: it is made again as long as it stands. */
const askAgainEveryMs = 2_000;
/** A limit counts as kept again below this share of it: memory around it must not fill the log. */
const keptAgainShare = 0.97;

/**
 * Keeps a take's memory within its budget, and below the ceiling that somebody set, by reducing video; logs what it
 * does, and when memory exceeds a limit all the same.
 */
export class TakeGovernor {
  /** Bytes of this process; null for the budget alone. It may change while a take runs. */
  ceilingBytes: number | null = null;
  readonly #report: EventReporter;
  readonly #targets: GovernorTargets;
  #governor = new MemoryGovernor();
  #budgetBytes: number | null = null;
  #askedAtMs = -Infinity;
  readonly #exceeded = new Set<MemoryLimit>();

  constructor(report: EventReporter, targets: GovernorTargets) {
    this.#report = report;
    this.#targets = targets;
  }

  /** A take begins, with everything. */
  begin(): void {
    this.#governor = new MemoryGovernor();
    this.#budgetBytes = null;
    this.#askedAtMs = -Infinity;
    this.#exceeded.clear();
  }

  /** The take ends: what was asked of the server is taken back. */
  end(): void {
    if (this.#governor.step > 0) this.#targets.requestLayer('high');
    this.#governor = new MemoryGovernor();
  }

  /** Called a few times a second while a take runs. */
  tick(nowMs: number, rssBytes: number, budgetBytes: number): void {
    this.#budgetBytes = budgetBytes;
    const { limitBytes, limitedBy } = this.#limit;
    const { layered, single } = this.#targets.layering();
    const before = this.#governor.step;
    const step = this.#governor.tick({
      nowMs,
      rssBytes,
      limitBytes,
      limitedBy: limitedBy ?? 'budget',
      hasLayers: layered > 0,
    });
    const { layer, maxFramesPerSecond } = governorSteps[step] ?? governorSteps[0];
    const isDueAgain = layer !== 'high' && nowMs - this.#askedAtMs >= askAgainEveryMs;
    if (step === before && !isDueAgain) return;
    this.#askedAtMs = nowMs;
    this.#targets.requestLayer(layer);
    if (step === before) return;
    this.#targets.limitFrameRate(maxFramesPerSecond);
    this.#tell(step, before, rssBytes, single);
  }

  /** Called once a second: reports a limit that is exceeded, once for as long as it is. */
  warn(rssBytes: number, budgetBytes: number): void {
    this.#warnOf('budget', rssBytes, budgetBytes);
    if (this.ceilingBytes === null) this.#exceeded.delete('ceiling');
    else this.#warnOf('ceiling', rssBytes, this.ceilingBytes);
  }

  /** The present step and the limit that it follows from, as telemetry has them. */
  get snapshot(): GovernorSnapshot {
    const { step } = this.#governor;
    const { action } = governorSteps[step] ?? governorSteps[0];
    return { step, stepCount: lastGovernorStep, action, ...this.#limit };
  }

  get #limit(): Pick<GovernorSnapshot, 'limitBytes' | 'limitedBy'> {
    const { ceilingBytes } = this;
    const budgetBytes = this.#budgetBytes;
    if (ceilingBytes !== null && (budgetBytes === null || ceilingBytes < budgetBytes)) {
      return { limitBytes: ceilingBytes, limitedBy: 'ceiling' };
    }
    return { limitBytes: budgetBytes, limitedBy: budgetBytes === null ? null : 'budget' };
  }

  #tell(step: number, before: number, rssBytes: number, single: number): void {
    const { action, layer, maxFramesPerSecond } = governorSteps[step] ?? governorSteps[0];
    const { limitBytes, limitedBy } = this.#limit;
    const details = { step, stepCount: lastGovernorStep, rssBytes, limitBytes };
    const of = limitBytes === null ? '' : ` of a ${limitedBy} of ${formatBytes(limitBytes)}`;
    const used = `In use: ${formatBytes(rssBytes)}${of}.`;
    if (step < before) {
      const now = step === 0 ? 'everything is recorded again' : `back to ${action}`;
      this.#report.info('governorRecovered', `Memory pressure eased: ${now}. ${used}`, null, details);
      return;
    }
    const isForLayers = layer !== 'high' && maxFramesPerSecond === null;
    const without = isForLayers && single > 0 ? ` Tracks without simulcast, unchanged: ${single}.` : '';
    this.#report.warning(
      'governorDegraded',
      `Saving memory, step ${step} of ${lastGovernorStep}: ${action}. ${used}${without}`,
      null,
      details,
    );
  }

  #warnOf(name: MemoryLimit, rssBytes: number, limitBytes: number): void {
    if (rssBytes <= keptAgainShare * limitBytes) this.#exceeded.delete(name);
    if (rssBytes <= limitBytes || this.#exceeded.has(name)) return;
    this.#exceeded.add(name);
    this.#report.error(
      name === 'budget' ? 'overBudget' : 'overCeiling',
      `Memory usage too high: ${formatBytes(rssBytes)}, ${name} ${formatBytes(limitBytes)}`,
    );
  }
}
