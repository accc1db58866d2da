/**
 * The largest number that passes: doubled until one fails, then halved in between. It takes for granted
 * that what fails fails for every larger number.
 *
 * @returns 0 when 1 fails, `limit` when nothing up to it fails
 */
export async function largestPassing(
  passes: (candidate: number) => Promise<boolean>,
  limit: number,
): Promise<number> {
  let passing = 0;
  let failing = limit + 1;
  for (let candidate = 1; failing - passing > 1;) {
    if (await passes(candidate)) passing = candidate;
    else failing = candidate;
    const hasFailed = failing <= limit;
    candidate = hasFailed ? Math.floor((passing + failing) / 2) : Math.min(2 * passing, limit);
  }
  return passing;
}
