/**
 * Renders the drawings in images/src to the PNG files that the extension ships: the extension's icon (128x128), one
 * icon per task (32x32) and the pictures of the marketplace page, which takes no SVG; and the pictures of docs, which do not
 * ship. `npm run icons`; commit both.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { findTasks, ROOT } from './layout.ts';

const FONTS = ['400Regular/Inter_400Regular', '600SemiBold/Inter_600SemiBold', '700Bold/Inter_700Bold'].map((name) =>
  join(ROOT, 'node_modules/@expo-google-fonts/inter', `${name}.ttf`),
);

/** Renders an SVG file to a PNG of the given width in pixels; only the fonts named here are used, so it looks alike everywhere. */
function renderSvg(file: string, width: number): Buffer {
  const font = { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'Inter' };
  return new Resvg(readFileSync(file, 'utf8'), { fitTo: { mode: 'width', value: width }, font }).render().asPng();
}

function main(): void {
  const drawings = join(ROOT, 'images/src');
  const targets = [
    { source: 'extension.svg', target: join(ROOT, 'images/icon.png'), width: 128 },
    ...findTasks().map((task) => ({
      source: `${task.slug}.svg`,
      target: join(task.folder, 'icon.png'),
      width: 32,
    })),
    ...pictures(drawings, 'page-', join(ROOT, 'images')),
    ...pictures(drawings, 'docs-', join(ROOT, 'docs/images')),
  ];
  for (const { source, target, width } of targets) {
    if (!existsSync(join(drawings, source))) throw new Error(`images/src/${source} is missing: draw it first.`);
    writeFileSync(target, renderSvg(join(drawings, source), width));
    console.log(`${relative(ROOT, target)}  ${width} px wide`);
  }
}

/** Drawings whose name begins with a prefix, which their picture's name does not have. */
function pictures(
  drawings: string,
  prefix: string,
  folder: string,
): { source: string; target: string; width: number }[] {
  return readdirSync(drawings)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({
      source: name,
      target: join(folder, name.slice(prefix.length).replace(/svg$/, 'png')),
      width: 1600,
    }));
}

main();
