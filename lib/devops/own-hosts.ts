import { UserError } from '../core/errors.ts';

/** Azure DevOps Services have areas on hosts of their own: `vsrm.dev.azure.com`, `org.vsrm.visualstudio.com`. */
const SERVICES = ['dev.azure.com', 'visualstudio.com'];

/**
 * True for an address that may see the job's token: of the organization's own host, or of Azure DevOps Services when the
 * organization is there.
 */
export function isOwnHost(collectionUrl: string, address: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(collectionUrl)) return false;
  const [own, url] = [new URL(collectionUrl), new URL(address)];
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  if (url.host === own.host) return true;
  return url.port === '' && isOfServices(own.hostname) && isOfServices(url.hostname);
}

function isOfServices(host: string): boolean {
  return SERVICES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
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
