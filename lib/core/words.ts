/** Edit distance (insert, delete, replace, swap of neighbours) between two words, ignoring case. */
export function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The candidate most like `word`, or undefined when none is close enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean 'inputs'?` or the empty string; to be put behind a sentence. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` Did you mean '${found}'?`;
}

/** `'a', 'b' or 'c'` for messages; long lists are cut. */
export function oneOf(words: Iterable<string>, most = 12): string {
  return joined(words, most, 'or');
}

/** `'a', 'b' and 'c'` for messages; long lists are cut. */
export function allOf(words: Iterable<string>, most = 12): string {
  return joined(words, most, 'and');
}

function joined(words: Iterable<string>, most: number, by: 'or' | 'and'): string {
  const all = [...words].map((word) => `'${word}'`);
  if (all.length === 0) return 'none';
  const shown = all.slice(0, most);
  if (all.length > most) return `${shown.join(', ')} and ${all.length - most} more`;
  if (shown.length === 1) return shown[0]!;
  return `${shown.slice(0, -1).join(', ')} ${by} ${shown.at(-1)}`;
}

/** ` It has 'a' and 'b'.`, or the empty string when there are none; to be put behind a sentence. */
export function listed(beginning: string, words: Iterable<string>): string {
  const all = [...words];
  return all.length === 0 ? '' : ` ${beginning} ${allOf(all)}.`;
}

/**
 * The whole sentence about something that is missing, and what there is instead:
 * `There is no schedule 'nightli' in the workspace 'ws'. Did you mean 'nightly'? There are 'nightly' and 'weekly'.`
 * @param what one of its kind: `schedule`, `version of the model 'm'`
 * @param where `in the workspace 'ws'`
 * @param names what there is
 */
export function notFound(what: string, name: string, where: string, names: readonly string[]): string {
  // No version is a misspelling of another one.
  const meant = /^[\d.]+$/.test(name) ? '' : didYouMean(name, names);
  return `There is no ${what} '${name}' ${where}.${meant} ${thereIs(names)}`;
}

/** `There are 'a' and 'b'.`, `There is 'a'.` or `There are none.` */
export function thereIs(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  return `There ${names.length === 1 ? 'is' : 'are'} ${allOf(names)}.`;
}
