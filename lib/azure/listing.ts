import type { AzureAnswer } from './answers.ts';
import type { AzureClient, AzureRequest } from './client.ts';
import { oddAnswer } from './failures.ts';
import { withoutQuery } from './no-answer.ts';

interface Page<T> {
  value?: T[];
  nextLink?: string | null;
}

/**
 * Items of an ARM list, page after page (`{value, nextLink}`; the link is followed as it is).
 * @param first the request for the first page
 * @throws UserError `AnswerNotUnderstood` for a page that is not a list, `HostNotTrusted`
 */
export async function* listAll<T>(client: AzureClient, first: AzureRequest): AsyncGenerator<T> {
  let url: string | null | undefined = first.url;
  while (url) {
    const from: string | undefined = url === first.url ? first.from : `the nextLink of ${withoutQuery(first.url)}`;
    const { body, text }: AzureAnswer<Page<T> | undefined> = await client.send({ ...first, url, from });
    // An answer that is not a list must never look like an empty one.
    if (!Array.isArray(body?.value)) throw oddAnswer(url, 'a list', text);
    yield* body.value;
    url = body.nextLink;
  }
}
