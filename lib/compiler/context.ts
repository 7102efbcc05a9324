import type { Snapshot } from '../snapshot/files.ts';
import type { PlanBuilder } from './builder.ts';
import type { ObjectField } from './schema/fields.ts';
import type { YamlFile, YamlNode } from './yaml/yaml.ts';

/** What is particular to a type of component: how it is checked, and what it holds beside its inputs and outputs. */
export interface ComponentType {
  /** Of a component in a file of its own. */
  fileSchema: ObjectField;
  /** Of a step that has its component's definition in place. */
  inlineSchema: ObjectField;
  /** Fields that make a step an inline one; without any of them it refers to a component. */
  inlineMarks: readonly string[];
  /** Fields of an inline step that its component does not get. */
  stepOnly?: readonly string[];
  /** Of a step that refers to a component; `componentNode` unless given. */
  nodeSchema?: ObjectField;
  /** Whether a component is sent as deterministic when it does not say; true unless given. */
  isDeterministic?: boolean | undefined;
  /**
   * Fields of the component's specification.
   * @param path of the node in its file: `jobs.train`, or empty for the file itself
   * @param inputs that the component declares; what is learnt about them can be noted there
   */
  spec(
    context: CompileContext,
    node: YamlNode,
    path: string,
    inputs?: Map<string, DeclaredInput>,
  ): Record<string, unknown>;
  /**
   * Fields of a step of this type, which override the component's.
   * @param definition the component as written, if it is known here
   */
  stepFields(context: CompileContext, node: YamlNode, path: string, definition?: Definition): Record<string, unknown>;
}

/** An input that a component declares, as far as nodes are checked against it. */
export interface DeclaredInput {
  type: string;
  mode?: string | undefined;
  optional: boolean;
  /** The component says whether it is optional. */
  saysOptional: boolean;
  hasDefault: boolean;
  /** Values that are allowed, where the component lists them. */
  choices?: readonly string[] | undefined;
  min?: number | undefined;
  max?: number | undefined;
}

/** Where a component is described: its file, or the step itself. */
export interface Definition {
  context: CompileContext;
  node: YamlNode;
  /** Of the node in its file; empty for the file itself. */
  path: string;
}

/** A component as a node sees it. */
export interface CompiledComponent {
  id: string;
  inputs: Map<string, DeclaredInput>;
  outputs: Map<string, { type: string }>;
  definition: Definition;
}

/** One output, spelling-neutral. A binding is a `literal`. */
export interface OutputValue {
  binding?: string;
  type: string;
  uri?: string;
  mode?: string;
  /** The mode as the file spells it. */
  modeWord?: string;
  name?: string;
  version?: string;
  description?: string;
  /** Nothing but a name was written (`report:`): a node leaves such an output out. */
  bare: boolean;
}

/** What a step of a pipeline can be bound to. */
export interface Surroundings {
  /** Types of the pipeline's inputs. */
  inputs: ReadonlyMap<string, string>;
  /** Modes of the pipeline's inputs, for those that have one. */
  inputModes: ReadonlyMap<string, string>;
  /** The pipeline's outputs. */
  outputs: ReadonlyMap<string, OutputValue>;
  /** The other steps, as written. */
  siblings: ReadonlyMap<string, YamlNode>;
  /** Names of another step's inputs and outputs; undefined when its component is not known here. */
  ports(step: string): { inputs: ReadonlySet<string>; outputs: ReadonlySet<string> } | undefined;
  /** Type of an output of another step. */
  outputType(step: string, output: string): string;
}

export interface CompiledStep {
  /** The step as it appears in the pipeline's `jobs`. */
  body: Record<string, unknown>;
  /** Declared outputs; undefined when the component is not known here (registered, or in a registry). */
  outputs: ReadonlyMap<string, { type: string }> | undefined;
  /** Declared inputs, where they are known. */
  inputs?: ReadonlyMap<string, DeclaredInput> | undefined;
}

export type StepCompiler = (
  context: CompileContext,
  name: string,
  node: YamlNode,
  around: Surroundings,
) => CompiledStep;

/** What compiling a file needs to know beside its nodes. */
export interface CompileContext {
  builder: PlanBuilder;
  /** Types of components and steps by the word under `type`. */
  components: Readonly<Record<string, ComponentType>>;
  steps: Readonly<Record<string, StepCompiler>>;
  file: YamlFile;
  /** Messages show paths relative to this folder. */
  shownFrom: string;
  /** The folder that symbolic links must not lead out of: the sources, else the file's repository or folder. */
  tree: { path: string; real: string };
  /** Snapshots by absolute path: hashing a folder is the slow part, and steps share folders. */
  snapshots: Map<string, Snapshot>;
  /** Components by their file's path, or by their description in place: steps share them. */
  compiled: Map<string | YamlNode, CompiledComponent | undefined>;
  /** Local component files that are being compiled, outermost first; finds files that include themselves. */
  including: string[];
}
