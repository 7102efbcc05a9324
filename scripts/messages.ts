/** The messages that a task says, gathered from the files named messages.ts that are part of its bundle. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Message } from '../lib/core/message.ts';
import { ROOT } from './layout.ts';

/** The messages of a file, by key. @param path from the root */
export async function messagesOf(path: string): Promise<Record<string, string>> {
  const module = (await import(pathToFileURL(join(ROOT, path)).href)) as { messages: Record<string, Message> };
  return Object.fromEntries(Object.values(module.messages).map(({ key, text }) => [key, text]));
}

/** All messages of a bundle in the order of their keys. @param sources files of the bundle, as paths from the root */
export async function bundleMessages(sources: readonly string[]): Promise<Record<string, string>> {
  const owners = new Map<string, string>();
  const all: [key: string, text: string][] = [];
  for (const path of sources.filter((source) => /^(lib|tasks)\/.*\/messages\.ts$/.test(source)).sort()) {
    for (const [key, text] of Object.entries(await messagesOf(path))) {
      const owner = owners.get(key);
      if (owner !== undefined) throw new Error(`The message ${key} is in ${owner} and in ${path}: rename one of them.`);
      owners.set(key, path);
      all.push([key, text]);
    }
  }
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}
