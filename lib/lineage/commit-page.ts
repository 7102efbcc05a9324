/** Repositories whose pages are known by their address: GitHub and Azure Repos, and what begins like them. */
const PAGES: readonly [RegExp, string][] = [
  [/^https:\/\/github\.com\/[^/]+\/[^/]+$/, '/commit/'],
  [/^https:\/\/.+\/_git\/[^/]+$/, '/commit/'],
];

/** The web page of a commit; undefined when the repository's address does not tell it. */
export function commitPage(repository: string, commit: string): string | undefined {
  const base = repository.replace(/\.git$/, '').replace(/\/+$/, '');
  const known = PAGES.find(([form]) => form.test(base));
  return known && `${base}${known[1]}${commit}`;
}
