import { UserError } from '../core/errors.ts';

/**
 * Reads shares of the traffic: `0,10,50,100`. The first 0 only says that a deployment begins without any.
 * @returns shares above 0, 100 at the end
 * @throws UserError `InputInvalid`
 */
export function parseShares(text: string): number[] {
  const parts = text.split(/[,;]/).map((part) => part.trim());
  if (parts.some((part) => !/^\d+$/.test(part)))
    throw invalid(
      `'${text}' is not a list of whole numbers with commas between them.`,
      'Write, for example, 0,10,50,100, without percent signs.',
    );
  const shares = parts.map((part) => parsePercent(part));
  const rising = shares.every((share, i) => i === 0 || share > shares[i - 1]!);
  if (!rising || shares.at(-1) !== 100)
    throw invalid(`'${text}' must rise from step to step and end at 100.`, 'Write, for example, 0,10,50,100.');
  return shares.filter((share) => share > 0);
}

/** A whole number of percent. @throws UserError `InputInvalid` */
export function parsePercent(text: string, most = 100): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= most) return number;
  throw invalid(`'${text}' is not a whole number from 0 to ${most}.`, 'Write a number without a percent sign.');
}

function invalid(message: string, fix: string): UserError {
  return new UserError({ code: 'InputInvalid', message, fix });
}
