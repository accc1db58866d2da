import { type FileHandle, open } from 'node:fs/promises';

/** ISO/IEC 14496-12, section 4.2: size and type, and a size of 64 bits where one of 32 is too small. */
const boxHeaderBytes = 8;
const largeBoxHeaderBytes = 16;

interface Box {
  readonly type: string;
  readonly startBytes: number;
  /** 0 means: to the end of the file. */
  readonly sizeBytes: number;
}

/**
 * Cuts off the fragment header (`moof`) that a killed encoder left half written at the end of a growing
 * MP4. It describes audio and video that were never written; ffmpeg 9 refuses the whole file for it.
 * Anything else is left alone: a half-written `mdat` plays, and a file that is no MP4 is not ours to mend.
 * Layout: ISO/IEC 14496-12, section 4.2.
 *
 * @returns bytes that were removed
 */
export async function cutUnfinishedFragmentHeader(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size: fileBytes } = await file.stat();
    const last = await lastBox(file, fileBytes);
    if (last === null || last.type !== 'moof' || last.startBytes + last.sizeBytes <= fileBytes) return 0;
    await file.truncate(last.startBytes);
    await file.sync();
    return fileBytes - last.startBytes;
  } finally {
    await file.close();
  }
}

/** The last box at the top level; null when the file does not begin as an MP4 does. */
async function lastBox(file: FileHandle, fileBytes: number): Promise<Box | null> {
  let last: Box | null = null;
  for (let atBytes = 0; atBytes + boxHeaderBytes <= fileBytes;) {
    const box = await readBox(file, atBytes);
    if (last === null && box.type !== 'ftyp') return null;
    last = box;
    if (box.sizeBytes < boxHeaderBytes) break;
    atBytes += box.sizeBytes;
  }
  return last;
}

async function readBox(file: FileHandle, startBytes: number): Promise<Box> {
  const header = Buffer.alloc(largeBoxHeaderBytes);
  await file.read(header, 0, largeBoxHeaderBytes, startBytes);
  const type = header.toString('latin1', 4, 8);
  const sizeBytes = header.readUInt32BE(0);
  // 1 means that the size follows in 64 bits.
  return { type, startBytes, sizeBytes: sizeBytes === 1 ? Number(header.readBigUInt64BE(8)) : sizeBytes };
}
