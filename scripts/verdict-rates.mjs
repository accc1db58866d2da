#!/usr/bin/env node
import { MemoryTrendMonitor } from '#engine/telemetry/memory-trend-monitor.js';

// `npm run verdict-rates [-- traces]`: how often the verdict is right, wrong and undecided on synthetic
// traces of resident memory, a reading a second. Prints the tables of docs/verdict.md.
const traces = Number(process.argv[2] ?? 400);
const leaksMbPerMinute = [0, 0.5, 1, 5];
const lengthsMinutes = [10, 30];

/**
 * @typedef {() => number} Random from 0 to 1
 * @typedef {(second: number) => number} Trace megabytes above the base
 * @typedef {(random: Random, seconds: number) => Trace} Shape
 */

/**
 * Repeatable, so that the tables can be checked: mulberry32.
 * @param {number} seed
 * @returns {Random}
 */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @type {Record<string, Shape>} */
const shapes = {
  'noise of 0.5 MB': (random) => () => random() * 0.5,
  'GC saw-teeth, 5-15 MB in 20-90 s': (random) => sawTeeth(random, 5, 15, 20, 90),
  'long saw-teeth, 10-30 MB in 2-5 min': (random) => sawTeeth(random, 10, 30, 120, 300),
  'wandering by 2 MB over minutes': (random) => wandering(random, 2, 120),
  'GC saw-teeth, a join every 3 minutes': (random) => {
    const teeth = sawTeeth(random, 5, 15, 20, 90);
    return (second) => teeth(second) + 30 * people(second);
  },
  'a step of 10 MB, once': (random, seconds) => {
    const at = seconds * (0.15 + 0.7 * random());
    const teeth = sawTeeth(random, 5, 15, 20, 90);
    return (second) => teeth(second) + (second > at ? 10 : 0);
  },
};

/** Whoever joins needs 30 MB, at once. @param {number} second */
const people = (second) => Math.floor(second / 180);
/** @param {string} name of a shape */
const joins = (name) => name.includes('a join');

/**
 * @param {Random} random
 * @param {number} minMb
 * @param {number} maxMb
 * @param {number} minSeconds
 * @param {number} maxSeconds
 * @returns {Trace}
 */
function sawTeeth(random, minMb, maxMb, minSeconds, maxSeconds) {
  let height = 0;
  let length = 0;
  let from = -1;
  let floor = 0;
  return (second) => {
    if (from < 0 || second - from >= length) {
      from = second;
      height = minMb + (maxMb - minMb) * random();
      length = minSeconds + (maxSeconds - minSeconds) * random();
      // A collection never frees everything, and not the same each time.
      floor = random() * 0.1 * height;
    }
    return floor + (height * (second - from)) / length + random() * 0.3;
  };
}

/**
 * A first-order autoregression: what an allocator that keeps and gives back pages looks like.
 * @param {Random} random
 * @param {number} deviationMb
 * @param {number} secondsOfMemory
 * @returns {Trace}
 */
function wandering(random, deviationMb, secondsOfMemory) {
  const keep = Math.exp(-1 / secondsOfMemory);
  let value = 0;
  return () => {
    const normal = random() + random() + random() + random() + random() + random() - 3;
    value = keep * value + deviationMb * Math.sqrt(2 * (1 - keep * keep)) * normal;
    return value;
  };
}

/**
 * @param {string} name
 * @param {Shape} shape
 * @param {number} leakMbPerMinute
 * @param {number} minutes
 * @param {number} seed
 */
function verdictOf(name, shape, leakMbPerMinute, minutes, seed) {
  const random = randomFrom(seed);
  const seconds = minutes * 60;
  const above = shape(random, seconds);
  const keeper = new MemoryTrendMonitor();
  for (let second = 0; second <= seconds; second += 1) {
    const warmUpMb = -40 * Math.exp(-second / 12);
    const rssMb = 150 + warmUpMb + above(second) + (leakMbPerMinute * second) / 60;
    keeper.add({
      atMs: second * 1000,
      mainRssBytes: rssMb * 1e6,
      ffmpegRssBytes: undefined,
      rendererRssBytes: undefined,
      workload: joins(name) ? `${people(second)} people` : '',
    });
  }
  return keeper.verdict?.main.verdict ?? 'unreadable';
}

/** @param {number} count */
const percent = (count) => `${Math.round((100 * count) / traces)} %`;
for (const minutes of lengthsMinutes) {
  process.stdout.write(`\n${minutes} minutes, ${traces} traces each: FLAT / LEAK / UNDECIDED\n\n`);
  process.stdout.write(`| trace | ${leaksMbPerMinute.map((leak) => `${leak} MB/min`).join(' | ')} |\n`);
  process.stdout.write(`| --- | ${leaksMbPerMinute.map(() => '---').join(' | ')} |\n`);
  for (const [name, shape] of Object.entries(shapes)) {
    const cells = leaksMbPerMinute.map((leak) => {
      const counts = { flat: 0, leaking: 0, undecided: 0, unreadable: 0 };
      for (let trace = 1; trace <= traces; trace += 1)
        counts[verdictOf(name, shape, leak, minutes, trace)] += 1;
      return `${percent(counts.flat)} / ${percent(counts.leaking)} / ${percent(counts.undecided)}`;
    });
    process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`);
  }
}
