/** Percent of the requests that each deployment gets, by name; deployments without a share are not named. Sums to 0 or 100. */
export type Traffic = Readonly<Record<string, number>>;

/** The map as the service wants it: whole shares above 0 alone (azure-ai-ml strips the zeros too). */
export function withoutZeros(traffic: Traffic): Record<string, number> {
  return Object.fromEntries(Object.entries(traffic).filter(([, share]) => share > 0));
}

/** True when both maps send the same requests to the same deployments. */
export function isSameTraffic(one: Traffic, other: Traffic): boolean {
  const [a, b] = [withoutZeros(one), withoutZeros(other)];
  return (
    Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, share]) => b[name] === share)
  );
}

/** 0 for an endpoint that serves nobody, else 100. */
export function sumOf(traffic: Traffic): number {
  return Object.values(traffic).reduce((sum, share) => sum + share, 0);
}

/**
 * The map in which a deployment has this share, and the others what is left, in the proportion that they had before.
 * Shares are whole numbers; what rounding leaves over goes to those that lost most by it.
 * @param before the map before the rollout
 * @param percent 0 to 100
 */
export function withShare(before: Traffic, deployment: string, percent: number): Record<string, number> {
  const others = Object.entries(withoutZeros(before)).filter(([name]) => name !== deployment);
  const total = sumOf(Object.fromEntries(others));
  // Nobody is there to take the rest, and a map has to add up.
  if (total === 0) return percent === 0 ? {} : { [deployment]: 100 };
  const left = 100 - percent;
  const exact = others.map(([name, share]) => ({ name, share: (share * left) / total }));
  const shares = new Map(exact.map(({ name, share }) => [name, Math.floor(share)]));
  const byLoss = exact.toSorted((a, b) => (b.share % 1) - (a.share % 1) || a.name.localeCompare(b.name));
  let missing = left - [...shares.values()].reduce((sum, share) => sum + share, 0);
  for (const { name } of byLoss) {
    if (missing-- <= 0) break;
    shares.set(name, shares.get(name)! + 1);
  }
  return withoutZeros({ ...Object.fromEntries(shares), [deployment]: percent });
}

/** The deployment that serves most requests; undefined when nobody serves any. The first by name of several. */
export function liveDeployment(traffic: Traffic): string | undefined {
  const [first] = Object.entries(withoutZeros(traffic)).toSorted(
    ([a, most], [b, other]) => other - most || a.localeCompare(b),
  );
  return first?.[0];
}

/** `blue 90 %, green 10 %`; `none` for nobody. */
export function describeTraffic(traffic: Traffic): string {
  const shares = Object.entries(withoutZeros(traffic)).map(([name, share]) => `${name} ${share} %`);
  return shares.length === 0 ? 'none' : shares.join(', ');
}
