/**
 * What the bundles do without: parts of libraries that no task ever calls, and that make every start slower and every
 * download larger. Whoever does call one is told so. A build fails when a library no longer has such a part.
 */
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

interface LeftOut {
  /** What is imported, as the importing file spells it, and the package that imports it. */
  module: RegExp;
  from: RegExp;
  /** What takes its place. @param path of the real file */
  contents(path: string): string;
}

const refuse = (what: string): string => `throw new Error(${JSON.stringify(`${what} not part of this bundle.`)})`;

/** Library messages about files, folders and programs; their English stays, their translations go: 40 KB. */
const UNUSED_TEXTS =
  /LIB_(Copy|DirectoryStack|FailOnCode|InvalidPattern|Merge|Mkdir|NotFoundPrevious|Platform|Process|ReturnCode|Stdio|UseFirst|Which)/;

const LEFT_OUT: Record<string, LeftOut> = {
  '100 KB of WebAssembly for a checksum that blob transfers use only on request; ours never do': {
    module: /\/crc64\.js$/,
    from: /[\\/]@azure[\\/]storage-common[\\/]/,
    contents: () => `export default async () => { ${refuse('CRC64 is')}; };`,
  },
  'No request is a form, and the policy that asks whether one is makes Node load all of its `fetch`: 10 ms of every start':
    {
      module: /\/formDataPolicy\.js$/,
      from: /[\\/]ts-http-runtime[\\/]/,
      contents: () => `export const formDataPolicyName = 'formDataPolicy';
      export function formDataPolicy() {
        return {
          name: formDataPolicyName,
          async sendRequest(request, next) {
            if (request.formData) ${refuse('Forms are')};
            return next(request);
          },
        };
      }`,
    },
  'Tasks start no other programs: 35 KB with the promises that come with it': {
    module: /^\.\/toolrunner$/,
    from: /[\\/]azure-pipelines-task-lib[\\/]/,
    contents: () => `exports.ToolRunner = class { constructor() { ${refuse('Starting programs is')}; } };`,
  },
  'The task library compares plain versions alone: 18 KB': {
    module: /^semver$/,
    from: /[\\/]azure-pipelines-task-lib[\\/]/,
    contents: () => `exports.lt = (a, b) => a.localeCompare(b, 'en', { numeric: true }) < 0;`,
  },
  'Asks three times whether Node is older than 17: 29 KB': {
    module: /^semver$/,
    from: /[\\/]jsonwebtoken[\\/]/,
    contents: () => `exports.satisfies = () => true;`,
  },
  'A task never opens a browser to sign in: 11 KB': {
    module: /^open$/,
    from: /[\\/]@azure[\\/]identity[\\/]/,
    contents: () => `export default async () => { ${refuse('Browsers are')}; };`,
  },
  'Translations of messages that tasks never cause': {
    module: /^\.\/lib-resource$/,
    from: /[\\/]azure-pipelines-task-lib[\\/]/,
    contents(path) {
      const { localizedMessages, ...rest } = createRequire(path)(path) as LibraryTexts;
      const kept = Object.entries(localizedMessages).map(([culture, texts]) => [
        culture,
        Object.fromEntries(Object.entries(texts).filter(([key]) => !UNUSED_TEXTS.test(key))),
      ]);
      return `module.exports = ${JSON.stringify({ ...rest, localizedMessages: Object.fromEntries(kept) })};`;
    },
  },
};

interface LibraryTexts {
  messages: Record<string, string>;
  localizedMessages: Record<string, Record<string, string>>;
}

/** Marks replacements among a bundle's inputs: `left-out:{path}`. */
const NAMESPACE = 'left-out';

/** True for an input of a bundle that is a replacement, and nothing of the library whose path it has. */
export const isReplacement = (input: string): boolean => input.startsWith(`${NAMESPACE}:`);

/** Puts the replacements in their places. */
export const leavingOut: Plugin = {
  name: 'leaving-out',
  setup({ onResolve, onLoad, onEnd, resolve }) {
    const found = new Set<string>();
    for (const [why, { module, from }] of Object.entries(LEFT_OUT)) {
      onResolve({ filter: module }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === NAMESPACE || !from.test(importer)) return undefined;
        const real = await resolve(path, { importer, resolveDir, kind, pluginData: NAMESPACE });
        found.add(why);
        return { path: real.path, errors: real.errors, namespace: NAMESPACE, pluginData: why };
      });
    }
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path, pluginData: why }) => ({
      contents: LEFT_OUT[why]!.contents(path),
    }));
    onEnd(() => ({
      errors: Object.keys(LEFT_OUT)
        .filter((why) => !found.has(why))
        .map((why) => ({ text: `Found nothing to leave out for this reason: ${why}. Has the library changed?` })),
    }));
  },
};
