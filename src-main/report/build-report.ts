import { join } from 'node:path';
import { droppedFrames, isBalanced } from '../contract/drop-causes.js';
import { knownContentOf } from '../contract/loss-account.js';
import { contentOfTake, type Losses, lossesOf, sumOfLosses } from '../contract/losses.js';
import type { Manifest } from '../contract/manifest.js';
import type { Report, ReportSection, ReportVerdict } from '../contract/report.js';
import { overallVerdict } from '../contract/verdict-rules.js';
import { formatTimecode } from '../format/time.js';
import { readManifest } from '../storage/manifest-file.js';
import { verdictTimes } from '../telemetry/memory-trend-monitor.js';
import type { KnownFault } from './event-digest.js';
import { accountingOf } from './report-accounts.js';
import { TelemetryDigest } from './telemetry-digest.js';

/** What whoever ran a take knows of it beyond what is on disk. */
export interface ReportExtras {
  /** In place of "Take <name>". */
  readonly title?: string;
  readonly faults?: readonly KnownFault[];
  readonly sections?: readonly ReportSection[];
}

/**
 * Reads a take's manifest and telemetry into a report. Nothing is written.
 *
 * @param takePath a take's folder; the take may still be running
 * @throws PlateauError `takeNotFound` when it holds no manifest, `verificationFailed` when it is not one of ours
 */
export async function buildReport(takePath: string, extras: ReportExtras = {}): Promise<Report> {
  const manifest = await readManifest(takePath);
  const digest = await TelemetryDigest.read(join(takePath, 'telemetry.ndjson'), {
    startedAt: new Date(manifest.startedAt),
    durationMs: manifest.durationMs,
  });
  const { session, peak, peakBudgetShare, ffmpegPeakRssBytes, overBudget, overCeiling } = digest;
  const { samples } = digest.table;
  const streams = streamsOf(manifest, digest);
  const verdicts = verdictsOf(digest);
  const verdictOf = (name: ReportVerdict['process']): ReportVerdict | undefined =>
    verdicts.find(({ process }) => process === name);
  const videos = streams.filter(({ medium }) => medium === 'video').map(({ accounting }) => accounting);
  return {
    schema: 'plateau.report/1',
    title: extras.title ?? `Take ${manifest.takeName}`,
    createdAt: new Date().toISOString(),
    take: {
      takeName: manifest.takeName,
      room: manifest.room,
      server: manifest.server,
      state: manifest.state,
      startedAt: manifest.startedAt,
      stoppedAt: manifest.stoppedAt,
      durationMs: manifest.durationMs ?? digest.lastSnapshot?.takeMs ?? 0,
      profile: manifest.profile,
      audioOnly: manifest.audioOnly,
      problem: manifest.problem,
    },
    machine: session?.machine ?? null,
    versions: { ...session?.versions, plateau: manifest.plateauVersion },
    caps: session?.caps ?? null,
    budget: {
      totalBytes: digest.budget?.totalBytes ?? digest.maxBudgetBytes ?? manifest.budgetBytes,
      lines: digest.budget?.lines ?? [],
    },
    memory: {
      ...peakOf(manifest, peak),
      peakAtMs: peak?.takeMs ?? null,
      peakBudgetShare,
      ffmpegPeakRssBytes,
      overBudget,
      overCeiling,
    },
    saving: digest.saving.saving,
    unbounded: digest.unbounded,
    verdict: overallVerdict({
      main: verdictOf('main') ?? { verdict: 'unreadable' },
      ffmpeg: verdictOf('ffmpeg'),
      renderer: verdictOf('renderer'),
    }),
    verdictWindow: windowOf(digest),
    verdicts,
    table: [...samples],
    totals: {
      framesWritten: videos.reduce((sum, { written }) => sum + written, 0),
      framesDropped: videos.reduce((sum, { dropped }) => sum + droppedFrames(dropped), 0),
      longestFrameGapMs: Math.max(
        0,
        samples.at(-1)?.maxFrameGapMs ?? 0,
        ...manifest.files.map(({ maxFrameGapMs }) => maxFrameGapMs),
      ),
      eventLoopLagMaxMs: digest.eventLoopLagMaxMs,
    },
    losses: lossesIn(manifest, streams),
    content: contentOfTake(knownContentOf(manifest.files), manifest.notRecorded),
    events: digest.events.listed(extras.faults ?? []),
    omittedEvents: digest.events.omitted,
    streams,
    files: manifest.files.map(
      ({
        file,
        identity,
        participantName,
        kind,
        state,
        durationMs,
        sizeBytes,
        videoCodec,
        audioCodec,
        ...rest
      }) => ({
        ...{ file, identity, participantName, kind, state, durationMs, sizeBytes, videoCodec, audioCodec },
        sha256: rest.sha256,
        maxFrameGapMs: rest.maxFrameGapMs,
        missedFrames: rest.missedFrames,
        ...(rest.repeatedFrames === undefined ? {} : { repeatedFrames: rest.repeatedFrames }),
        ...(rest.emptySlots === undefined ? {} : { emptySlots: rest.emptySlots }),
        ...(rest.stamps === undefined ? {} : { stamps: rest.stamps }),
        problem: rest.problem,
      }),
    ),
    telemetry: { ...digest.lines },
    series: { bucketMs: digest.series.bucketMs, rows: digest.series.rows },
    sections: [...foldersSection(manifest), ...(extras.sections ?? [])],
  };
}

/** A take that went on elsewhere has a report in each of its folders: which part of it this one is of. Without paths, as all of it. */
function foldersSection({ folders }: Manifest): ReportSection[] {
  if (folders === undefined) return [];
  const rows = folders.map(({ fromMs, fromPart, isThis, moved }) => [
    isThis ? 'this one' : 'another one',
    fromPart,
    formatTimecode(fromMs, true),
    moved?.message ?? '',
  ]);
  return [
    {
      heading: 'The take is in several folders. This report has the files and the telemetry of one of them',
      columns: ['folder', 'from part', 'from', 'why it went on there'],
      rows,
    },
  ];
}

/** The peak of the take, as its manifest has it when it has ended: its telemetry may lack the last second. */
function peakOf(
  { memory, peakRssBytes }: Manifest,
  told: TelemetryDigest['peak'],
): Pick<Report['memory'], 'peakBudgetBytes' | 'peakRssBytes'> {
  if (memory !== undefined && memory.peakRssBytes >= (told?.rssBytes ?? 0))
    return { peakRssBytes: memory.peakRssBytes, peakBudgetBytes: memory.budgetBytes };
  return { peakRssBytes: told?.rssBytes ?? peakRssBytes, peakBudgetBytes: told?.budgetBytes ?? null };
}

/** The one place where a report is judged: by what the console showed while the take ran. */
function verdictsOf({ verdicts: { verdict, evidence } }: TelemetryDigest): ReportVerdict[] {
  if (verdict === null || evidence === null)
    return [{ process: 'main', verdict: 'unreadable', slope: null, blockMinima: [] }];
  return (['main', 'ffmpeg', 'renderer'] as const).flatMap((process) => {
    const judged = verdict[process];
    if (judged === null) return [];
    const blockMinima = evidence[process].flatMap((blocks, stretch) =>
      blocks.map(({ atMs, rssBytes }) => ({ takeMs: atMs, rssBytes, stretch })),
    );
    return [{ process, ...judged, blockMinima }];
  });
}

function windowOf({ verdicts: { verdict, evidence } }: TelemetryDigest): Report['verdictWindow'] {
  return {
    fromMs: evidence?.startMs ?? null,
    windowMs: verdict?.windowMs ?? 0,
    warmUpMs: verdict?.warmUpMs ?? verdictTimes.warmUpMs,
    blockMs: verdict?.blockMs ?? verdictTimes.baseBlockMs,
    ...(verdict?.limits !== undefined && { limits: verdict.limits }),
    restarts: verdict?.restarts ?? 0,
  };
}

function streamsOf(manifest: Manifest, { lastSnapshot }: TelemetryDigest): Report['streams'] {
  // The manifest of a take that was cut off is as old as its last change; its telemetry is a second old.
  const isFinal = manifest.state === 'complete' || manifest.state === 'failed';
  return manifest.files.flatMap(({ file, identity, ...entry }) => {
    const latest = isFinal
      ? undefined
      : lastSnapshot?.sinks.find((sink) => sink.identity === identity && sink.file === file);
    const videoAccounting = latest?.video?.accounting ?? entry.video;
    const audioAccounting = latest?.audio.accounting ?? entry.audio;
    const audio = {
      file,
      identity,
      medium: 'audio' as const,
      accounting: audioAccounting,
      isBalanced: isBalanced(audioAccounting),
    };
    if (entry.canvas === null) return [audio];
    return [
      {
        file,
        identity,
        medium: 'video' as const,
        accounting: videoAccounting,
        isBalanced: isBalanced(videoAccounting),
      },
      audio,
    ];
  });
}

/** By the latest counts that there are: of a take that was cut off its telemetry is newer than its manifest. */
function lossesIn({ files }: Manifest, streams: Report['streams']): Losses {
  return sumOfLosses(
    files.map(({ file, audio, audioLostMs, audioConcealedMs, missedFrames }) =>
      lossesOf({
        video: accountingOf(streams, file, 'video'),
        audio: accountingOf(streams, file, 'audio') ?? audio,
        audioLostMs,
        audioConcealedMs,
        missedFrames,
      }),
    ),
  );
}
