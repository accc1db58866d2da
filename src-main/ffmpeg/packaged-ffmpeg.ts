/**
 * Where the ffmpeg is that came as a package. ffmpeg-static is optional: its install script downloads the program, which may
 * have been blocked.
 *
 * @returns null where the package is not installed, or has none for this machine; that it can be started is not asked
 */
export async function packagedFfmpeg(): Promise<string | null> {
  // A variable keeps compiler and bundlers from insisting on a package that may be absent.
  const packageName: string = 'ffmpeg-static';
  try {
    // eslint-disable-next-line architecture/arrows -- the name stands above
    const loaded: unknown = await import(packageName);
    const path: unknown =
      typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : null;
    return typeof path === 'string' ? path : null;
  } catch {
    return null;
  }
}
