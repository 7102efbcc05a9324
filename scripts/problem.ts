/** What the checks find, and the two readings of a staged file that several of them share. */
import type { Files } from './stage.ts';

export interface Problem {
  file: string;
  message: string;
  fix: string;
}

/** Notes a problem of the file that is being checked. */
export type Report = (message: string, fix: string) => void;

/** JSON content of a staged file; reports what is missing or no JSON. */
export function readJson(files: Files, file: string, problems: Problem[]): any {
  const content = files.get(file);
  if (!content) {
    problems.push({ file, message: 'is missing', fix: 'add it, or stage it in scripts/build.ts' });
    return undefined;
  }
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (error) {
    problems.push({ file, message: `is not valid JSON: ${(error as Error).message}`, fix: 'correct the syntax' });
    return undefined;
  }
}

/** Width and height in pixels out of a PNG's header; undefined when it is not a PNG. */
export function pngSize(content: Uint8Array): { width: number; height: number } | undefined {
  const bytes = Buffer.from(content);
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return undefined;
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Problems of an icon that must be there with exactly this many pixels in both directions. */
export function checkIcon(files: Files, file: string, pixels: number): Problem[] {
  const content = files.get(file);
  const fix = `draw it as a PNG of ${pixels}x${pixels} pixels (npm run icons)`;
  if (!content) return [{ file, message: 'is missing', fix }];
  const size = pngSize(content);
  if (!size) return [{ file, message: 'is not a PNG', fix }];
  if (size.width === pixels && size.height === pixels) return [];
  return [{ file, message: `has ${size.width}x${size.height} pixels`, fix }];
}
