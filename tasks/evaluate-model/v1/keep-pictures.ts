import type { Picture } from '../../../lib/gate/pictures.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';

/** Keeps the pictures with the run's logs. An SVG is text, so secrets are taken out of it; nothing shows it. */
export function keepPictures(images: readonly Picture[], pipeline: Pipeline): void {
  for (const { kept } of images)
    if (kept) pipeline.attach(kept.name, /\.svg$/i.test(kept.name) ? kept.content.toString('utf8') : kept.content);
}
