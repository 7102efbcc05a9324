/** Which deployment a request goes to. */

/** Shares in percent, by deployment. */
export type Traffic = Record<string, number>;

/**
 * Spreads requests over deployments: smooth weighted round robin, so that of any hundred requests in a row each deployment
 * gets exactly its share, and a small share comes early.
 */
export function createSpread() {
  const credit = new Map<string, number>();
  return (traffic: Traffic): string | undefined => {
    const weights = Object.entries(traffic).filter(([, weight]) => weight > 0);
    for (const name of credit.keys()) if (!weights.some(([other]) => other === name)) credit.delete(name);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    let chosen: string | undefined;
    for (const [name, weight] of weights) {
      credit.set(name, (credit.get(name) ?? 0) + weight);
      if (chosen === undefined || credit.get(name)! > credit.get(chosen)!) chosen = name;
    }
    if (chosen !== undefined) credit.set(chosen, credit.get(chosen)! - total);
    return chosen;
  };
}

/** Says which of the requests belong to a share of so many percent: evenly spaced, without chance. */
export function createShare() {
  let credit = 0;
  return (percent: number): boolean => {
    credit += percent;
    if (credit < 100) return false;
    credit -= 100;
    return true;
  };
}
