import type { Pattern } from './pattern.ts';
import { BEGINNINGS } from './slip-beginnings.ts';
import { NAMES } from './slip-names.ts';
import { NUMBERS } from './slip-numbers.ts';
import { OPERATORS } from './slip-operators.ts';

/** In this order: what comes first may be part of what comes later. */
export const PATTERNS: readonly Pattern[] = [...BEGINNINGS, ...NAMES, ...OPERATORS, ...NUMBERS];
