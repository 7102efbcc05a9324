import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyOverrides, parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { pythonText, resolvePlainScalar } from '../../../lib/compiler/yaml/scalars.ts';
import { get, jsonOf, parseYaml, textOf } from '../../../lib/compiler/yaml/yaml.ts';
import { UserError } from '../../../lib/core/errors.ts';

describe('YAML scalars', () => {
  // What PyYAML 6 makes of the text, then Python's str() of it.
  const cases: [written: string, python: string][] = [
    ['1', '1'],
    ['1.0', '1.0'],
    ['0.01', '0.01'],
    ['1.0e-5', '1e-05'],
    ['1e-5', '1e-5'],
    ['1.5e+3', '1500.0'],
    ['1.0e+16', '1e+16'],
    ['123456789012345.0', '123456789012345.0'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['-0.0', '-0.0'],
    ['017', '15'],
    ['0x1F', '31'],
    ['0b101', '5'],
    ['1_000', '1000'],
    ['12345678901234567890', '12345678901234567890'],
    ['1:30', '90'],
    ['yes', 'True'],
    ['Off', 'False'],
    ['true', 'True'],
    ['y', 'y'],
    ['.inf', 'inf'],
    ['-.INF', '-inf'],
    ['.nan', 'nan'],
    ['2024-01-01', '2024-01-01'],
    ['hello', 'hello'],
  ];
  for (const [written, python] of cases) {
    it(`${written} is ${python}`, () => {
      const { value, isFloat } = resolvePlainScalar(written);
      assert.equal(pythonText(value, isFloat), python);
    });
  }

  it('empty, ~ and null are nothing', () => {
    for (const written of ['', '~', 'null', 'NULL']) assert.equal(resolvePlainScalar(written).value, null);
  });

  it('floats are spelled so that they read back the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = pythonText(value, true);
        assert.equal(Object.is(Number(text), value), true, text);
        assert.match(text, /[.e]/);
      }),
    );
  });
});

describe('YAML files', () => {
  const problemsOf = (text: string): string[] => {
    try {
      parseYaml(text, 'f.yml');
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.problems.map(({ message, place }) => `${place?.line}:${place?.column} ${message}`);
    }
    return [];
  };

  it('keep the place of every value', () => {
    const root = parseYaml('a:\n  b: 1\n  c: [x, "y"]\n', 'f.yml');
    assert.deepEqual(get(get(root, 'a'), 'b')?.place, { file: 'f.yml', line: 2, column: 6 });
    assert.deepEqual(jsonOf(root), { a: { b: 1, c: ['x', 'y'] } });
  });

  it('quoted text stays text', () => {
    const root = parseYaml('a: "1"\nb: \'yes\'\nc: 1', 'f.yml');
    assert.deepEqual(jsonOf(root), { a: '1', b: 'yes', c: 1 });
  });

  it('know anchors and merge keys', () => {
    const root = parseYaml('base: &b {x: 1, y: 2}\nnode:\n  <<: *b\n  y: 3', 'f.yml');
    assert.deepEqual(jsonOf(get(root, 'node')), { y: 3, x: 1 });
  });

  it('refuse what looks like a number and has no digits', () => {
    assert.throws(
      () => parseYaml('a: 0b_\n', 'f'),
      (error: UserError) => /^'0b_' is not a number/.test(error.problems[0]!.message),
    );
    assert.equal(textOf(get(parseYaml('a: "0b_"\n', 'f'), 'a')), '0b_');
  });

  it('name the place of a syntax error and of a repeated key', () => {
    assert.match(problemsOf('a: [1, 2')[0]!, /^1:\d+ /);
    assert.match(problemsOf('a: 1\nb: 2\na: 3')[0]!, /^3:1 the key 'a' appears twice in this mapping/);
    assert.match(problemsOf('a: *nowhere')[0]!, /no anchor|Unresolved alias/);
  });

  it('that would explode are refused in bounded time', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    assert.match(problemsOf(lines.join('\n'))[0]!, /more than 200000 values/);
    assert.match(problemsOf('['.repeat(400) + ']'.repeat(400))[0] ?? '', /levels/);
  });

  it('of any text are parsed or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        problemsOf(text);
      }),
    );
  });
});

describe('overrides', () => {
  const apply = (yaml: string, lines: string): unknown => {
    const file = { path: '/f.yml', folder: '/', root: parseYaml(yaml, 'f.yml') };
    applyOverrides(file, parseOverrides(lines));
    return jsonOf(file.root);
  };

  it('set values, make missing mappings, and are typed', () => {
    assert.deepEqual(apply('inputs: {lr: 1}', 'inputs.lr=0.5\nsettings.force_rerun=True\n# comment\n\ntags.x=a=b'), {
      inputs: { lr: 0.5 },
      settings: { force_rerun: true },
      tags: { x: 'a=b' },
    });
  });

  it('reach list items and replace references', () => {
    assert.deepEqual(apply('jobs: {a: {component: ./a.yml}}\nl: [1, 2]', 'jobs.a.component=azureml:a:1\nl.1=3'), {
      jobs: { a: { component: 'azureml:a:1' } },
      l: [1, 3],
    });
  });

  it('are text in quotes, and lists and mappings in their signs', () => {
    assert.deepEqual(apply('{}', 'a="1"\nb=\'yes\'\nc=[1, x]\nd={e: 2}\nf={{name}}\ng=[open'), {
      a: '1',
      b: 'yes',
      c: [1, 'x'],
      d: { e: 2 },
      f: '{{name}}',
      g: '[open',
    });
  });

  it('are text where a field takes only text', () => {
    assert.deepEqual(
      apply(
        'jobs: {a: {tags: {}}}',
        'tags.build=20260131.10\ndisplay_name=7\njobs.a.tags.x=yes\ninputs.name=7\ntags.q="1"',
      ),
      {
        jobs: { a: { tags: { x: 'yes' } } },
        tags: { build: '20260131.10', q: '1' },
        display_name: '7',
        inputs: { name: 7 },
      },
    );
  });

  it('are text as they are written where they set environment variables', () => {
    assert.deepEqual(
      apply(
        'jobs: {a: {command: x}}',
        'jobs.a.environment_variables.DEBUG=true\njobs.a.environment_variables.N=1\nenvironment_variables.NONE=\nenvironment_variables.Q="1"',
      ),
      {
        jobs: { a: { command: 'x', environment_variables: { DEBUG: 'true', N: '1' } } },
        environment_variables: { NONE: '', Q: '1' },
      },
    );
  });

  it('may add an input that the file uses, also by another override', () => {
    assert.deepEqual(apply('command: x ${{inputs.rat}}\ninputs: {rate: 1}', 'inputs.rat=2'), {
      command: 'x ${{inputs.rat}}',
      inputs: { rate: 1, rat: 2 },
    });
    assert.deepEqual(apply('command: x\ninputs: {rate: 1}', 'inputs.rat=2\ncommand=y ${{inputs.rat}}'), {
      command: 'y ${{inputs.rat}}',
      inputs: { rate: 1, rat: 2 },
    });
  });

  it('are refused inside a reference', () => {
    assert.throws(
      () => apply('component: ./a.yml', 'component.inputs.x=1'),
      /'component' is the reference or value '.\/a.yml'/,
    );
  });

  it('name every line that is no override', () => {
    assert.throws(
      () => parseOverrides('inputs.lr\n=3\na..b=1'),
      (error: UserError) => error.problems.length === 3,
    );
    assert.throws(() => parseOverrides('inputs.lr 0.5'), /'inputs.lr 0.5' must have the form a.b.c=value/);
  });

  it('set what can be read back, at any depth', () => {
    const key = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 1, maxLength: 5 }),
        fc.stringMatching(/^[a-z ]{1,8}[a-z]$/),
        (path, value) => {
          const file = { path: '/f.yml', folder: '/', root: parseYaml('{}', 'f.yml') };
          applyOverrides(file, parseOverrides(`${path.join('.')}=${value}`));
          const found = path.reduce<ReturnType<typeof get>>((node, part) => get(node, part), file.root);
          const written = value.trim();
          const meant = resolvePlainScalar(written).value;
          // An answer, such as `off`, stays as it is written.
          const isAnswer = typeof meant === 'boolean' && !/^(?:true|false)$/.test(written);
          assert.equal(textOf(found), isAnswer ? written : pythonText(meant, false));
        },
      ),
      { examples: [[['a'], 'off']] },
    );
  });
});
