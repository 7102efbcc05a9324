/** The version of package.json; the build puts it here. */
declare const EXTENSION_VERSION: string;

/** Name and version of the extension, as the user agent of requests. */
export function product(): string {
  return `model-bridge/${EXTENSION_VERSION}`;
}
