/** The form of the errors of Azure Resource Manager and Azure ML. `errors.ts` has each under its name. */

/** One of the `details` of an error. */
export interface ErrorDetail {
  code: string;
  message: string;
}

/** What an error carries beside its code and message. */
interface More {
  /** Codes of `InnerError`, from the outermost in. */
  inner?: string[];
  details?: ErrorDetail[];
  /** `MessageFormat` and, when it has any, `MessageParameters`. */
  format?: string;
  parameters?: Record<string, string>;
  /** `provider` errors have `details` and `additionalInfo`; Resource Manager itself answers code and message alone. */
  from?: 'provider' | 'gateway' | 'dataPlane';
  /** The service of the data plane that answers. */
  component?: string;
}

/** An error that a route answers. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: More;

  constructor(status: number, code: string, message: string, more: More = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}
