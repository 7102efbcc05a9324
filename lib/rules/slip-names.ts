import { type Pattern, removed, written } from './pattern.ts';
import { exampleOf } from './uses.ts';

/** Values of other tools that were not put in: `env.THRESHOLD`, `variables["x"]`. */
const FOREIGN =
  /(?<![\w.$])(?:(?:process\.|\$)?env(?:ironment)?|os\.environ|variables|parameters|inputs|secrets|vars)(?:[.:]\w+|\[[^\]]*\])/i;

/** What stands for a value in a template: `<threshold>`, `{threshold}`, `@threshold@`. */
const TEMPLATE = /(?<=[<>=]\s*)(?:<\w+>|\{\w+\}|\[[A-Za-z]\w*\]|@\w+@?|\bTODO\b|\?|\.{3}|…)\s*$/;

/** Functions of other languages. */
const CALLS: Record<string, string> = {
  ...{ len: 'size', length: 'size', count: 'size', exists: 'has', defined: 'has', isset: 'has', present: 'has' },
  ...{ isnan: 'isNaN', is_nan: 'isNaN', isfinite: 'isFinite', is_finite: 'isFinite' },
};

/** How other languages name a value of several. */
export const NAMES: Pattern[] = [
  removed(/\/\*.*?\*\/|<!--.*|\s--\s+(?![\w]+[.[])(?=[A-Za-z]).*$/, () => "a comment begins with '#' or '//'", true),
  {
    find: TEMPLATE,
    what: ([found]) => `'${found!.trim()}' was not replaced; a variable of the pipeline is written $(name)`,
    put: () => undefined,
  },
  {
    find: /(?<![\w.])(len|length|count|exists|defined|isset|present|isnan|is_nan|isfinite|is_finite)(?=\()/,
    what: ([, name]) => `there is no function '${name}'`,
    put: ([, name]) => CALLS[name!],
  },
  {
    find: /(?<![\w.])(min|max)\([A-Za-z_]\w*(?:\.\w+)+\)/,
    what: ([, name]) => `${name}(...) is over several metrics, as in ${exampleOf(name!)}`,
    put: ([found, name]) => `${name === 'min' ? 'lowest' : 'highest'}${found!.slice(3)}`,
  },
  {
    find: /(?<![\w.])(?:self|this|run|job|candidate|model|results?)\.(?=(?:metrics|baseline)[.[])/,
    what: ([found]) => `'${found!.slice(0, -1)}' does not belong in front of the metrics`,
    put: () => '',
  },
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
