import type { BudgetTerm } from '../contract/budget-terms.js';

/** What each term of the memory budget is, in one sentence. */
export const budgetSentences: Readonly<Record<BudgetTerm, string>> = {
  'baseline (Node, SDK)': 'The program, LiveKit’s SDK and its decoders with an idle room, as measured.',
  'young objects (V8)': 'Objects that the garbage collector has not looked at yet.',
  'earlier connections (SDK)': 'What the SDK keeps of connections that have ended, until Plateau restarts.',
  'in use before the take':
    'What memory held beside that when the take began, after earlier takes and previews: as measured.',
  'closed files, not given back':
    'What memory still holds since files have closed: as measured, and no more than they could have.',
  decoders: 'Reference frames and jitter buffer of each video decoder: 8 frames each.',
  'native video queues': 'Decoded frames that wait on the SDK’s side: 4 for each video at most.',
  'native audio queues': 'Audio that waits on the SDK’s side: half a second for each file at most.',
  'event queue until the watchdog':
    'Frames that pile up while the event loop is blocked, until the watchdog closes the streams.',
  'frame queues': 'Frames that wait for their encoder: 30 for each video, and 64 MiB over all of them.',
  'frames in flight': 'Frames that are being handed to ffmpeg, and as many that are not freed yet.',
  'frames shown again': 'The last frame of each video, which is repeated while no other comes.',
  'audio queues': 'Audio that waits for its encoder: one second for each file, and what is handed over.',
  'audio before an encoder stands':
    'Audio that is held for up to 3 s for each file while its encoder starts.',
  'compressed data to disk':
    'Encoded data that waits for a slow disk: 64 MiB for each file, 4 without video.',
  'deleted files that are written anew': 'What is read at once when a deleted file is restored: 1 MiB each.',
  'packets of files that are finalized': 'Tables of packets while the files are finalized after the take.',
  'packets of takes that are checked': 'Tables of packets of earlier takes that are being checked meanwhile.',
  'replay buffer': 'The last minutes that a replay is made of: 2 MiB for each second at most.',
  'second copy of the take': 'Two blocks of 1 MiB by which the backup folder follows the files of the take.',
  'copy: process of its own (Node)':
    'Copy mode: the process that receives and writes, before any file, as measured.',
  'copy: packets that wait for an earlier one':
    'Copy mode: packets of each track that came out of order, up to a cap of packets and bytes.',
  'copy: frames under assembly': 'Copy mode: two encoded frames of each video that are not complete yet.',
  'copy: frames that wait for the next part':
    'Frames from a cut on, until it is known where the next part begins, at most 8 MB for each file.',
  'copy: frames that wait for their time':
    'Copy mode: encoded frames that wait for the sender’s clock, or for the black before them.',
  'copy: files that wait for the disk': 'Copy mode: encoded data of each file that waits for a slow disk.',
  'copy: places to seek to': 'Copy mode: where the key frames of each file are, for its index.',
  'copy: black frames': 'Copy mode: black key frames that are kept, one for each size of a camera.',
  'copy: reports of arrivals': 'Copy mode: when packets came, until the server has been told.',
  'copy: previews in the console':
    'Copy mode: what the console decodes for thumbnails and levels, which is in no file.',
  'participants in the manifest': 'Names, attributes and metadata of up to 200 participants.',
  'event log and telemetry': 'The newest 1,000 events, and 1 MiB of telemetry that waits for the disk.',
};
