import { type BlobRange, LARGEST_RANGE, type StoredBlob } from '../azure/blob-files.ts';
import { inParallel } from '../core/parallel.ts';

export interface TransferProgress {
  files: number;
  totalFiles: number;
  bytes: number;
  totalBytes: number;
}

export interface TransferPorts {
  signal: AbortSignal;
  onProgress: (progress: TransferProgress) => void;
}

/** Files at a time, and parts of each of them: what is in memory stays below `4 * 4 * LARGEST_RANGE`. */
const PARALLEL_FILES = 4;
const PARALLEL_PARTS = 4;

/**
 * Transfers files, several at a time.
 * @param transfer takes one file and reports its bytes as they arrive
 */
export async function transferFiles<File extends { blob: StoredBlob }>(
  files: readonly File[],
  { signal, onProgress }: TransferPorts,
  transfer: (file: File, add: (bytes: number) => void) => Promise<void>,
): Promise<void> {
  const progress: TransferProgress = {
    files: 0,
    totalFiles: files.length,
    bytes: 0,
    totalBytes: files.reduce((sum, { blob }) => sum + blob.size, 0),
  };
  const add = (bytes: number): void => {
    progress.bytes += bytes;
    onProgress({ ...progress });
  };
  await inParallel(files, PARALLEL_FILES, async (file) => {
    signal.throwIfAborted();
    await transfer(file, add);
    progress.files++;
    onProgress({ ...progress });
  });
}

/** The parts of what is left of a file, in groups that are transferred together. */
export function partsOf(start: number, size: number): BlobRange[][] {
  const ranges = rangesOf(start, size);
  return Array.from({ length: Math.ceil(ranges.length / PARALLEL_PARTS) }, (_, i) =>
    ranges.slice(i * PARALLEL_PARTS, (i + 1) * PARALLEL_PARTS),
  );
}

/** The parts of what is left of a file. */
export function rangesOf(start: number, size: number): BlobRange[] {
  const count = Math.ceil((size - start) / LARGEST_RANGE);
  return Array.from({ length: count }, (_, i) => {
    const offset = start + i * LARGEST_RANGE;
    return { offset, count: Math.min(LARGEST_RANGE, size - offset) };
  });
}
