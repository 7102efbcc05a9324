/** A pattern of an ignore file. */
export interface Glob {
  /** @param path relative to the folder of the ignore file, with `/` */
  matches(path: string): boolean;
}

/** What a pattern means, letter by letter; `letter` is a regular expression of one. */
type Item =
  | { kind: 'one' | 'many'; letter: string /** When it is just this letter. */; plain?: string }
  | { kind: 'maybe'; items: Item[] };

const one = (letter: string): Item => ({ kind: 'one', letter });
const plain = (letter: string): Item => ({ kind: 'one', letter: literal(letter), plain: letter });
const many = (letter: string): Item => ({ kind: 'many', letter });
const maybe = (...items: Item[]): Item => ({ kind: 'maybe', items });

const ANY = '.';
const NO_SLASH = '[^/]';
const SLASH = '/';

/**
 * A pattern with the meaning of Python's `pathspec` "gitwildmatch"; undefined for one that means nothing, such as `[z-a]`.
 * @param pattern without `!` and without blanks around it
 */
export function parseGlob(pattern: string): Glob | undefined {
  const items = itemsOf(pattern);
  if (!items) return undefined;
  // A regular expression is fast, but with several stars it can take longer than the job: `*a*a*a*a*b`. Those at both ends
  // (in any folder, all that is below) are harmless.
  const stars = items.filter(({ kind }) => kind !== 'one').length - 2;
  const needed = longestLiteral(items);
  try {
    const { matches } = stars <= 1 ? regexGlob(items) : stepwiseGlob(items);
    return { matches: (path) => path.includes(needed) && matches(path) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function itemsOf(pattern: string): Item[] | undefined {
  const segments = pattern.split('/').filter((segment, i, all) => segment !== '**' || all[i - 1] !== '**');
  // `**/` alone is everything but the files in the folder itself.
  if (segments.length === 2 && segments[0] === '**' && segments[1] === '')
    return [one(ANY), many(ANY), one(SLASH), many(ANY)];
  if (segments[0] === '') segments.shift();
  else if (segments[0] !== '**' && (segments.length === 1 || (segments.length === 2 && segments[1] === '')))
    segments.unshift('**'); // a name without a folder holds at any depth
  if (segments.length === 0) return undefined;
  if (segments.length > 1 && segments.at(-1) === '') segments[segments.length - 1] = '**'; // `dir/` is all below it
  const items: Item[] = [];
  for (const [i, segment] of segments.entries()) {
    const own = segmentItems(segment, i, segments);
    if (!own) return undefined;
    for (const item of own) items.push(item);
  }
  return items;
}

/** One segment of a pattern with the `/` that belongs to it. */
function segmentItems(segment: string, i: number, all: readonly string[]): Item[] | undefined {
  const isLast = i === all.length - 1;
  if (segment === '**') {
    if (i === 0) return isLast ? [one(ANY), many(ANY)] : [maybe(one(ANY), many(ANY), one(SLASH))];
    return isLast ? [one(SLASH), many(ANY)] : [maybe(one(SLASH), one(ANY), many(ANY))];
  }
  const letters = segment === '*' ? [one(NO_SLASH), many(NO_SLASH)] : letterItems(segment);
  if (!letters) return undefined;
  const hasSlash = i > 1 || (i === 1 && all[0] !== '**');
  // The name of a folder means all that is below it.
  return [...(hasSlash ? [one(SLASH)] : []), ...letters, ...(isLast ? [maybe(one(SLASH), many(ANY))] : [])];
}

/** `*`, `?`, `[a-z]`, `[!a-z]` and `\` of one segment. */
function letterItems(segment: string): Item[] | undefined {
  const items: Item[] = [];
  let end = 0;
  for (const match of segment.matchAll(/\\(.)|\*|\?|\[([!^]?)(\]?[^\]]*)\]|[^\\*?]/gu)) {
    const [whole, escaped, negation, inside] = match;
    if (match.index !== end) return undefined; // a `\` that escapes nothing
    end += whole.length;
    if (escaped !== undefined) items.push(plain(escaped));
    else if (whole === '*') {
      if (items.at(-1)?.kind !== 'many') items.push(many(NO_SLASH));
    } else if (whole === '?') items.push(one(NO_SLASH));
    else if (inside === undefined) items.push(plain(whole));
    else {
      const start = { '!': '^', '^': '\\^', '': '' }[negation!]!;
      items.push(one(`[${start}${inside.replace(/[\\[\]]/g, '\\$&')}]`));
    }
  }
  return end === segment.length ? items : undefined;
}

/** Letters that every path has that matches, to leave most paths alone. */
function longestLiteral(items: readonly Item[]): string {
  let longest = '';
  let run = '';
  for (const item of items) {
    run = item.kind === 'one' && item.plain !== undefined ? run + item.plain : '';
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

function literal(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

function regexGlob(items: readonly Item[]): Glob {
  const regex = new RegExp(`^${items.map(sourceOf).join('')}$`, 'u');
  return { matches: (path) => regex.test(path) };
}

function sourceOf(item: Item): string {
  if (item.kind === 'maybe') return `(?:${item.items.map(sourceOf).join('')})?`;
  return item.kind === 'one' ? item.letter : `${item.letter}*`;
}

/** A step of the matcher: a letter that leads to the next step, or a choice of two steps. */
type Step = { passes: (letter: string) => boolean } | { choice: [number, number] };

function testOf(item: { letter: string; plain?: string }): (letter: string) => boolean {
  const { letter: source, plain } = item;
  if (plain !== undefined) return (letter) => letter === plain;
  if (source === NO_SLASH) return (letter) => letter !== '/';
  if (source === ANY) return (letter) => letter !== '\n';
  const regex = new RegExp(`^${source}$`, 'u');
  return (letter) => regex.test(letter);
}

/** Tries all ways through the pattern together, so that the time is that of the path times that of the pattern. */
function stepwiseGlob(items: readonly Item[]): Glob {
  const steps: Step[] = [];
  const add = (item: Item): void => {
    const start = steps.length;
    if (item.kind === 'one') {
      steps.push({ passes: testOf(item) });
      return;
    }
    const choice: Step = { choice: [start + 1, 0] };
    steps.push(choice);
    if (item.kind === 'maybe') item.items.forEach(add);
    else steps.push({ passes: testOf(item) }, { choice: [start, start] });
    choice.choice[1] = steps.length;
  };
  items.forEach(add);

  /** The steps that may come next, from one on. */
  const reach = (from: number, open: Set<number>): void => {
    const ways = [from];
    for (let at = ways.pop(); at !== undefined; at = ways.pop()) {
      if (open.has(at)) continue;
      open.add(at);
      const step = steps[at];
      if (step && 'choice' in step) ways.push(...step.choice);
    }
  };
  return {
    matches(path) {
      let open = new Set<number>();
      reach(0, open);
      for (const letter of path) {
        const next = new Set<number>();
        for (const at of open) {
          const step = steps[at];
          if (step && 'passes' in step && step.passes(letter)) reach(at + 1, next);
        }
        if (next.size === 0) return false;
        open = next;
      }
      return open.has(steps.length);
    },
  };
}
