/**
 * Names of the tags that say how the gate judged a model. AzureMLEvaluateModel writes them to the job and to the model
 * version that it judged, registration copies those of the job to the version, and gates and promotion read them.
 */
export const VERDICT_TAGS = {
  /** `pass`, `fail` or `noBaseline`. */
  verdict: 'gate.verdict',
  /** Conditions that failed, with `; ` between them; only of a verdict `fail`. */
  failedRules: 'gate.failedRules',
  /** Display name of the step that was judged; missing when it was the job as a whole, or a model version. */
  step: 'gate.step',
  /** What it was compared with: `model churn version 3`. */
  baseline: 'gate.baseline',
  /** URL of the pipeline run. */
  judgedBy: 'gate.judgedBy',
  /** The step of that run: `Train/Train/Job/gate`. */
  judgedStep: 'gate.judgedStep',
  /** ISO time. */
  judgedAt: 'gate.judgedAt',
} as const;

type Tags = Readonly<Record<string, string>>;

/**
 * What a verdict in the tags of a job is of: the job as a whole, or a part of it, whose tags have its id behind `gate.`
 * (`gate.<run>.verdict`), so that verdicts of two steps don't replace each other.
 */
export type Part = string;
export const WHOLE: Part = '';

/** A version of a model, judged by what was recorded with it: its verdict is not that of the job that made it. */
export function modelPart(name: string, version: string): Part {
  return `model.${name}.${version}`;
}

/** Values of tags of Azure resources have 256 characters at most (Resource Manager, "Limitations" of tags). */
const LONGEST = 250;

export interface VerdictRecord {
  verdict: 'pass' | 'fail' | 'noBaseline';
  /** Texts of the conditions that failed. */
  failedRules: readonly string[];
  step: string;
  baseline: string;
  judgedBy: string;
  judgedStep: string;
  judgedAt: string;
}

/** The tags of a verdict. */
export function verdictTags(record: VerdictRecord, part: Part = WHOLE): Record<string, string> {
  const values = { ...record, failedRules: record.failedRules.join('; ') };
  return Object.fromEntries(
    Object.entries(VERDICT_TAGS).flatMap(([key, tag]) => {
      const value = values[key as keyof typeof values];
      return value === '' ? [] : [[inPart(tag, part), shortened(value)]];
    }),
  );
}

/** The tags of the verdict on a part among others, by the names that they have on a model: what registration copies. */
export function pickVerdictTags(tags: Tags | undefined, part: Part = WHOLE): Record<string, string> {
  return Object.fromEntries(
    Object.values(VERDICT_TAGS).flatMap((tag) => {
      const value = tags?.[inPart(tag, part)];
      return value === undefined ? [] : [[tag, value]];
    }),
  );
}

/** Other tags with those of a new verdict: nothing of an earlier one on the same part stays. */
export function withVerdictTags(
  tags: Tags | undefined,
  record: VerdictRecord,
  part: Part = WHOLE,
): Record<string, string> {
  return { ...withoutVerdictTags(tags, part), ...verdictTags(record, part) };
}

/** The tags without those of the verdict on a part. */
export function withoutVerdictTags(tags: Tags | undefined, part: Part = WHOLE): Record<string, string> {
  const own = new Set(Object.values(VERDICT_TAGS).map((tag) => inPart(tag, part)));
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([name]) => !own.has(name)));
}

/** How a model version or a job was judged; undefined when it was not. */
export function verdictOf(tags: Tags | undefined): VerdictRecord['verdict'] | undefined {
  const verdict = tags?.[VERDICT_TAGS.verdict];
  return verdict === 'pass' || verdict === 'fail' || verdict === 'noBaseline' ? verdict : undefined;
}

/** The parts of a job that have a verdict in its tags. */
export function judgedParts(tags: Tags | undefined): Part[] {
  return Object.keys(tags ?? {}).flatMap((name) => {
    const [whole, part = WHOLE] = /^gate\.(?:(.+)\.)?verdict$/.exec(name) ?? [];
    return whole === undefined ? [] : [part];
  });
}

const SEVERITY = { pass: 0, noBaseline: 1, fail: 2 } as const;

/**
 * True when a verdict counts although another one is later: two evaluations of one pipeline run judge together, so that a
 * later step does not hide what an earlier one found. The same step judges anew when it runs again, and so does another run.
 */
export function outweighs(earlier: Tags, later: Tags): boolean {
  const [one, other] = [verdictOf(earlier), verdictOf(later)];
  const { judgedBy, judgedStep } = VERDICT_TAGS;
  if (one === undefined || other === undefined || !earlier[judgedBy]) return false;
  const isOneRun = earlier[judgedBy] === later[judgedBy] && earlier[judgedStep] !== later[judgedStep];
  return isOneRun && SEVERITY[one] > SEVERITY[other];
}

/** The verdict that counts of several on one model, each as `pickVerdictTags` gives it: the latest that no other outweighs. */
export function prevailing(verdicts: readonly Tags[]): Tags | undefined {
  const time = (tags: Tags): string => tags[VERDICT_TAGS.judgedAt] ?? '';
  const [first, ...later] = [...verdicts].sort((one, other) => (time(one) < time(other) ? -1 : 1));
  return first && later.reduce((kept, next) => (outweighs(kept, next) ? kept : next), first);
}

function inPart(tag: string, part: Part): string {
  return part === WHOLE ? tag : tag.replace(/^gate\./, `gate.${part}.`);
}

function shortened(value: string): string {
  return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value;
}
