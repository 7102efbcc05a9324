import { UserError } from '../core/errors.ts';

/** What the service takes as the name of something. */
interface NameForm {
  form: RegExp;
  /** Follows `it is 'x', but`. */
  rule: string;
}

/** A job's name is its run's id. */
export const JOB_NAME: NameForm = {
  form: /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/,
  rule: "a job's name must consist of letters, digits, '-' and '_', begin with a letter or digit, and have at most 255 characters",
};
export const EXPERIMENT_NAME: NameForm = {
  form: /^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$/,
  rule: "an experiment's name must consist of letters, digits, '-' and '_', begin with a letter or digit, and have at most 256 characters",
};
/** The experiment of runs that don't say one. */
const DEFAULT_EXPERIMENT = 'Default';

/** A job's name as it was given. @throws UserError `InputInvalid` */
export const jobName = (value: string): string => checked(value, JOB_NAME);

/** An experiment's name as it was given. @throws UserError `InputInvalid` */
export const experimentName = (value: string): string => checked(value, EXPERIMENT_NAME);

function checked(value: string, { form, rule }: NameForm): string {
  if (form.test(value)) return value;
  throw new UserError({
    code: 'InputInvalid',
    message: `it is '${value}', but ${rule}.`,
    fix: `Write for example '${validName(value)}'.`,
  });
}

/** The nearest text that is a name. */
export function validName(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 255);
  return name || DEFAULT_EXPERIMENT;
}
