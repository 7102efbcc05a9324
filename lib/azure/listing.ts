import type { AzureAnswer } from './answers.ts';
import type { AzureClient, AzureRequest } from './client.ts';
import { ifFound, oddAnswer } from './failures.ts';
import { withoutQuery } from './no-answer.ts';

interface Page<T> {
  value?: T[];
  nextLink?: string | null;
}

type Answer<T> = AzureAnswer<Page<T> | undefined>;

/**
 * Items of an ARM list, page after page (`{value, nextLink}`; the link is followed as it is).
 * @param first the request for the first page
 * @param orNone a collection that does not exist (404) has no items; a later page that does not exist is an error
 * @throws UserError `AnswerNotUnderstood` for a page that is not a list, `HostNotTrusted`
 */
export async function* listAll<T>(
  client: AzureClient,
  first: AzureRequest,
  { orNone = false }: { orNone?: boolean } = {},
): AsyncGenerator<T> {
  let url: string | null | undefined = first.url;
  while (url) {
    const from: string | undefined = url === first.url ? first.from : `the nextLink of ${withoutQuery(first.url)}`;
    const page: Promise<Answer<T>> = client.send({ ...first, url, from });
    const answer: Answer<T> | undefined = await (orNone && url === first.url ? ifFound(page) : page);
    if (!answer) return;
    const { body, text }: Answer<T> = answer;
    // An answer that is not a list must never look like an empty one.
    if (!Array.isArray(body?.value)) throw oddAnswer(url, 'a list', text);
    yield* body.value;
    url = body.nextLink;
  }
}
