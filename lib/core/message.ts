/** A text that users read: one or more sentences with named places, `'Workspace {workspace} in {region}.'`. */
export interface Message<Text extends string = string> {
  /** Name of the text in translations, unique among the messages of a task. */
  readonly key: string;
  /** The English text. Translations have the same places, in whatever order. */
  readonly text: Text;
}

/** The names between the braces of a text. */
export type PlacesOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlacesOf<Rest>
  : never;

/** A value for every place. */
export type ValuesOf<Text extends string> = { readonly [Name in PlacesOf<Text>]: string | number };

/** What has to be given with a message: nothing when its text has no places. */
export type ValuesFor<Text extends string> = [PlacesOf<Text>] extends [never] ? [] : [values: ValuesOf<Text>];

/** A message with its values: what was said, before it is put into a language. */
export interface FilledMessage {
  readonly message: Message;
  readonly values: Readonly<Record<string, string | number>>;
}

type MessagesOf<Texts extends Record<string, string>> = { readonly [Key in keyof Texts]: Message<Texts[Key]> };

/** Messages by their key. The build writes them into task.json and its resource file, from where translations begin. */
export function defineMessages<const Texts extends Record<string, string>>(texts: Texts): MessagesOf<Texts> {
  const entries = Object.entries(texts).map(([key, text]) => [key, { key, text }]);
  return Object.fromEntries(entries) as MessagesOf<Texts>;
}

/** Gives a message its values. A value that is missing or misspelt does not compile. */
export function fill<Text extends string>(message: Message<Text>, ...[values]: ValuesFor<Text>): FilledMessage {
  return { message, values: values ?? {} };
}

/** The text with its values. A place that has no value stays as it is: translations come from outside. */
export function fillText(text: string, values: FilledMessage['values']): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

/** The message in English. */
export function english({ message, values }: FilledMessage): string {
  return fillText(message.text, values);
}
