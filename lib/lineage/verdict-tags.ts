/**
 * Names of the tags that say how the gate judged a model. AzureMLEvaluateModel writes them to the job and to the model
 * version that it judged, registration copies those of the job to the version, and gates and promotion read them.
 */
export const VERDICT_TAGS = {
  /** `pass`, `fail` or `noBaseline`. */
  verdict: 'gate.verdict',
  /** Conditions that failed, with `; ` between them; only of a verdict `fail`. */
  failedRules: 'gate.failedRules',
  /** What it was compared with: `model churn version 3`. */
  baseline: 'gate.baseline',
  /** URL of the pipeline run. */
  judgedBy: 'gate.judgedBy',
  /** ISO time. */
  judgedAt: 'gate.judgedAt',
} as const;

/** Values of tags of Azure resources have 256 characters at most (Resource Manager, "Limitations" of tags). */
const LONGEST = 250;

export interface VerdictRecord {
  verdict: 'pass' | 'fail' | 'noBaseline';
  /** Texts of the conditions that failed. */
  failedRules: readonly string[];
  baseline: string;
  judgedBy: string;
  judgedAt: string;
}

/** The tags of a verdict. */
export function verdictTags(record: VerdictRecord): Record<string, string> {
  const values = { ...record, failedRules: record.failedRules.join('; ') };
  return Object.fromEntries(
    Object.entries(VERDICT_TAGS).flatMap(([key, tag]) => {
      const value = values[key as keyof typeof values];
      return value === '' ? [] : [[tag, value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value]];
    }),
  );
}

/** The tags of a verdict among others: what registration copies. */
export function pickVerdictTags(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([name]) => isVerdictTag(name)));
}

/** Other tags with those of a new verdict: nothing of an earlier one stays. */
export function withVerdictTags(
  tags: Readonly<Record<string, string>> | undefined,
  record: VerdictRecord,
): Record<string, string> {
  const others = Object.entries(tags ?? {}).filter(([name]) => !isVerdictTag(name));
  return { ...Object.fromEntries(others), ...verdictTags(record) };
}

/** How a model version or a job was judged; undefined when it was not. */
export function verdictOf(tags: Readonly<Record<string, string>> | undefined): VerdictRecord['verdict'] | undefined {
  const verdict = tags?.[VERDICT_TAGS.verdict];
  return verdict === 'pass' || verdict === 'fail' || verdict === 'noBaseline' ? verdict : undefined;
}

function isVerdictTag(name: string): boolean {
  return Object.values<string>(VERDICT_TAGS).includes(name);
}
