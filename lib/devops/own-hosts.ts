import { UserError } from '../core/errors.ts';

/**
 * True for an address that may see the job's token: of the organization's own host, or of its release management, which
 * Azure DevOps Services have on a host of its own: `vsrm.dev.azure.com/org`, `org.vsrm.visualstudio.com`. Those of other
 * organizations are not own hosts.
 */
export function isOwnHost(collectionUrl: string, address: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(collectionUrl)) return false;
  const [own, url] = [new URL(collectionUrl), new URL(address)];
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  if (url.host === own.host) return true;
  const organization = organizationOf(own);
  if (organization === undefined || url.port !== '') return false;
  if (/^(?:vsrm\.)?dev\.azure\.com$/.test(url.hostname)) return firstSegment(url) === organization;
  return [`${organization}.visualstudio.com`, `${organization}.vsrm.visualstudio.com`].includes(url.hostname);
}

/** The organization of Azure DevOps Services that a collection's URL names, in either of its forms; undefined for a server. */
function organizationOf(url: URL): string | undefined {
  if (url.port !== '') return undefined;
  if (url.hostname === 'dev.azure.com') return firstSegment(url) || undefined;
  return /^([^.]+)\.visualstudio\.com$/.exec(url.hostname)?.[1];
}

function firstSegment({ pathname }: URL): string {
  return pathname.split('/')[1]!.toLowerCase();
}

/** @throws UserError `HostNotTrusted` */
export function requireOwnHost(collectionUrl: string, address: string): void {
  if (isOwnHost(collectionUrl, address)) return;
  const host = URL.canParse(address) ? new URL(address).origin : 'something that is not a URL';
  throw new UserError({
    code: 'HostNotTrusted',
    message: `The job's token was not sent: Azure DevOps names ${host}, which is not a host of ${collectionUrl}.`,
    fix: 'Find out who set this address. Agents have to reach Azure DevOps over HTTPS.',
  });
}
