import { flatnessLimits, limitMbPerCycle, limitsOver, verdictWords } from '../../contract/verdict-rules.js';
import { intervalName, lengthAdvice, verdictCondition } from '../../format/verdict-text.js';

/** What stands below the options in `plateau --help`. */
export const programHelp = `
Examples:
  $ plateau demo
  $ plateau record --url wss://my-project.livekit.cloud --room standup --duration 30m
  $ plateau record --room standup --profile 1080p30 --format mkv --participants alice,bob
  $ plateau record --room standup --json | jq -c 'select(.type == "snapshot").memory'
  $ plateau doctor --url wss://my-project.livekit.cloud
  $ plateau takes
  $ plateau verify takes/standup-20250131-090000
  $ plateau deliver takes/standup-20250131-090000 --fps 25
  $ plateau serve --open
  $ plateau report takes/standup-20250131-090000
  $ plateau compare takes/before takes/after --html both.html
  $ plateau soak --minutes 30 --assert flat
  $ plateau soak --cycles 100
  $ plateau unbounded

Environment:
  LIVEKIT_URL           the server, instead of --url
  LIVEKIT_API_KEY       instead of --api-key
  LIVEKIT_API_SECRET    instead of --api-secret: arguments can be seen by every user of the machine
  LIVEKIT_TOKEN         instead of --token
  LIVEKIT_COPY_TOKEN    instead of --copy-token, for --mode copy
  LIVEKIT_E2EE_KEY      passphrase of an end-to-end encrypted room, instead of --e2ee-key-file
  FFMPEG_PATH           the ffmpeg to use; otherwise ffmpeg-static, then PATH
  LIVEKIT_SERVER_PATH   the livekit-server that \`plateau demo\` starts; otherwise PATH, then the cache
  NO_COLOR              no colors

Exit codes:
  0    every file is intact, and lacks at most 1 %
  1    a defect in Plateau itself
  2    invalid arguments or settings
  3    the server cannot be reached, or the connection was lost for good
  4    the server refused: wrong or expired credentials, unknown room
  5    the output folder cannot be written, its disk is full, or too few open files are allowed
  6    ffmpeg or livekit-server is missing or failed
  7    nothing was recorded, a file is not what was written, or somebody is not recorded, or most of a track
  8    recorded with losses: every file is what was written, and something in it is missing
  9    a track that was on delivered nothing, or less than it should; the files hold what arrived
  10   compare: the two runs cannot be compared
  11   soak, unbounded, compare: the answer is no (LEAK, above budget, B is worse)
  12   soak, unbounded: undecided
  13   verify, recover, deliver, report, compare: there is no such take
  14   the command does not fit what is going on: another process has the take, or it is in another state
  15   ended by Ctrl-C while files were checked: they play, and verify checks them
  16   the take is as it should be, and its backup is not complete
  17   the same, and MP4 files that --deliver asks for could not be made, or not yet
  130  ended at once by Ctrl-C; files stay fragmented and play
`;

/** What stands below the options in `plateau record --help`. */
export const recordHelp = `
Ctrl-C ends the take and finalizes its files; a second one ends at once, and what is there plays.
In an empty room it waits: the take, and --duration, begin with the first track. A room that is not open yet is
looked for every half second and joined when somebody opens it; with a token alone Plateau may have to open it.
P pauses the take and lets it go on; SIGUSR2 does the same, from a script or in the background. What comes in a
pause is in no file, and does not count for --duration. S goes on in new files (ada-part2.mp4), and so do
--split-every and --split-size: no frame is lost there. --start-at waits outside of the room, and counts down.
With --replay 60s, R saves the last minute as a take of its own, while this one goes on (not of MKV and WebM that
are encoded).
--mode copy writes what was sent, without encoding it, into MKV.
--mode auto encodes while this machine can carry what is published at the start, and copies beyond. C copies
from then on, when the encoders cannot keep up: in the next part, and nothing is lost on the way.
With --deliver MP4 files are made of it afterwards, behind a next take; Ctrl-C ends that, plateau deliver goes on.
When the server closes the room the take is finalized, and the command ends with its exit code.

Profiles:
  720p30    video scaled to fit 1280x720, at most 30 fps (default)
  1080p30   video scaled to fit 1920x1080, at most 30 fps
  source    source resolution, every frame

Memory: before the take's budget or --memory-ceiling is reached, the recorder requests lower simulcast layers,
then drops frames, never audio. It shows this, and restores the quality once memory falls (docs/governor.md).
`;

/** The limit as the help text tells it, in minutes. */
const longMinutes = flatnessLimits.longWindow.fromMs / 60_000;

/** What stands below the options in `plateau soak --help`. */
export const soakHelp = `
Records the demo room, or a real one when --url, --room or --token names it, and judges resident memory by the
Theil-Sen slope of block minima, with a ${intervalName}; the first ${flatnessLimits.warmUpMs / 1000} s are left out.

Exit codes:
  0    ${verdictWords.flat}: ${verdictCondition('flat', limitsOver(0))}; judged over ${longMinutes} minutes or more, below ${flatnessLimits.longWindow.flatBelowMbPerMinute}
  11   ${verdictWords.leaking}: ${verdictCondition('leaking', limitsOver(0))}; or memory went above its budget or --memory-ceiling
  12   ${verdictWords.undecided}. ${lengthAdvice}
  1-9  as with \`plateau record\`

--cycles and --takes judge what each one leaves behind: LEAK above ${limitMbPerCycle} MB each, FLAT below. LiveKit's SDK is
known to keep more than that of each connection; that part is listed separately (docs/connections.md).
`;

/** What stands below the options in `plateau unbounded --help`. */
export const unboundedHelp = `
Records the demo room, and in a separate process the same participants without any caps. After 10 s the encoders
of both stall: one drops frames and its memory stays flat, the other queues them all and grows until its safety
stop. The stop is never above half of the memory that is free at the start.

Exit codes:
  0    the recorder with caps stayed within its budget, and the one without grew
  11   the recorder with caps went above its budget
  12   the difference does not show; the last lines say why
  1-9  as with \`plateau record\`
`;

/** What stands below the options in `plateau verify --help`. */
export const verifyHelp = `
Decodes every file of a take and compares durations, codecs and checksums with its manifest.
Who is not recorded, and which tracks did not deliver, is told by the manifest. Exit codes as with \`plateau record\`:
7 when a file is not intact or somebody is not recorded, 8 and 9 when something is missing, 3 or 5 for what ended an
intact take early. 13 when the folder holds no take, 14 when it is in use.
`;

/** What stands below the options in `plateau takes --help`. */
export const takesHelp = `
Nothing is decoded: state and content are those of each take's manifest. plateau verify reads the files.
Takes in the trash of the folder are not listed.

  $ plateau takes takes/standup-20250131-090000 --markers
  $ plateau takes takes/standup-20250131-090000 --markers csv > markers.csv
  $ plateau takes takes/standup-20250131-090000 --markers youtube > chapters.txt

Times are those of the take. A take without a marker at its start gets the line "00:00:00 Start" for YouTube, which wants
three chapters or more, each of 10 seconds or more.
`;

/** What stands below the options in `plateau doctor --help`. */
export const doctorHelp = `
Looks at versions, memory, the limit of open files, ffmpeg (it encodes a few frames), the output folder (it is
written, and its speed measured), and, where a server is named, joins a room hidden for a moment, once more as copy
mode does, which looks for a way for media by itself, and compares the clocks. Nothing is recorded. Exit code 0 when a recording could begin, otherwise the one that it would end with.
`;

/** What stands below the options in `plateau recover --help`. */
export const recoverHelp = `
Joins what a killed recorder left of a take, on the take's timeline, checks the result packet by packet, and
says how much was lost. Sources are removed when their finished file is proven. A take that is being recorded
is left alone. Exit code 0 when all is finished, 7 when something had to stay as it grew, 13 when there is no such
folder, 14 when the take is in use.
`;

/** What stands below the options in `plateau deliver --help`. */
export const deliverHelp = `
Makes an H.264 + AAC file (ada.mp4, ada.m4a without video) of each file that is not MP4, at a constant frame rate and
one size, at low priority. Each is compared with its original: frames, length, and what is seen and heard when. Only
then has it its name. Originals are read and never changed. deliverables.json says what was made of what.
Ctrl-C ends it; started again it goes on where it was, and keeps what is finished.
Exit code 0 when every file is there, 7 when one could not be made, 8 when all are there that can be, and nothing of
an original can be read, 5 when there is too little space, 13 when the folder holds no take, 14 when it is in use or
not finished, 130 after Ctrl-C.
`;

/** What stands below the options in `plateau report --help`. */
export const reportHelp = `
Writes report.html (one file, no script, prints on A4) and report.json (plateau.report/1) from the take's
manifest.json and telemetry.ndjson. Exit code 0 when they are written, whatever the verdict; 13 when
the folder holds no take.
`;

/** What stands below the options in `plateau compare --help`. */
export const compareHelp = `
A and B are take folders, or report.json files. Exit codes:
  0    B is not worse than A
  10   the two cannot be compared
  11   B is worse: in its memory (verdict, slope, budget, ceiling, peak), in what it lost, or in its timing
  13   there is no such take or report
`;
