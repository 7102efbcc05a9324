import { type Pattern, written } from './pattern.ts';

/** Values of other tools that were not put in: `env.THRESHOLD`, `variables["x"]`. */
const FOREIGN =
  /(?<![\w.$])(?:(?:process\.|\$)?env(?:ironment)?|os\.environ|variables|parameters|inputs|secrets|vars)(?:[.:]\w+|\[[^\]]*\])/i;

/** How other languages name a value of several. */
export const NAMES: Pattern[] = [
  {
    find: FOREIGN,
    what: (found, text) => `'${written(found, text)}' was not replaced; a variable of the pipeline is written $(name)`,
    put: () => undefined,
  },
  {
    find: /`([^`]*)`/,
    what: ([found]) => `${found} does not quote a name`,
    put: ([, name]) => `"${name}"`,
    inBoth: true,
  },
  {
    find: /(?<=\w)(?:->|::)(?=[A-Za-z_"'])/,
    what: ([found]) => `'${found}' does not name a part`,
    put: () => '.',
    inBoth: true,
  },
  {
    find: /\.get\(\s*(["']_*["'])\s*(?:,[^()]*)?\)/,
    what: () => "there is no function 'get'",
    put: (found, text) => `[${/(["']).*?\1/.exec(written(found, text))![0]}]`,
  },
  {
    find: /(?<=\w)\.(["'])(_+)\1/,
    what: () => 'a name in quotes goes into brackets',
    put: (found, text) => `[${written(found, text).slice(1)}]`,
  },
  {
    find: /(?<=[\w\])])\{(["']?)([\w./ -]+)\1\}/,
    what: () => "a name goes into '[]'",
    put: (found, text) => `["${written(found, text).replace(/[{}"']/g, '')}"]`,
  },
  {
    find: /(?<=[\w\])])\[([A-Za-z]\w*\s*[<>=/ -][^\]"'[]*|\*)\]/,
    what: ([, name]) => `'${name}' is a name without quotes`,
    put: ([, name]) => `["${name}"]`,
  },
  {
    find: /\bin\s*(?:\(([^()]*)\)|\{([^{}]*)\})/,
    what: () => "a list is written with '[]'",
    put: (found, text) =>
      `in [${written(found, text)
        .replace(/^in\s*./, '')
        .slice(0, -1)}]`,
  },
  {
    find: /(?<=\w)\.\*/,
    what: () => "'*' is not a name without quotes",
    put: () => '["*"]',
  },
];
