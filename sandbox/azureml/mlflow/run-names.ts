/** Names for runs that nobody named. */
import { randomInt } from 'node:crypto';

const QUALITIES = [
  'brave',
  'calm',
  'clever',
  'eager',
  'gentle',
  'honest',
  'keen',
  'lively',
  'merry',
  'patient',
  'quiet',
  'swift',
];
const ANIMALS = ['auk', 'bear', 'crane', 'deer', 'fox', 'hare', 'lynx', 'moth', 'otter', 'owl', 'seal', 'wren'];

/** For example `keen-otter-417`. */
export function randomRunName(): string {
  return `${QUALITIES[randomInt(QUALITIES.length)]}-${ANIMALS[randomInt(ANIMALS.length)]}-${randomInt(1000)}`;
}
