/** Where the pages of the documentation are. */
export const DOCS = 'https://github.com/model-bridge/model-bridge/blob/main/docs';

/** Errors that another page explains better than the page of the task that runs; by code, wherever they are thrown. */
const PAGES: Readonly<Record<string, string>> = {
  ConnectionNotFound: 'connections',
  ConnectionIncomplete: 'connections',
  ConnectionNotSupported: 'connections',
  SignInFailed: 'connections',
  SignInUnavailable: 'troubleshooting',
  ConnectionUrlInvalid: 'connections',
  HostNotTrusted: 'connections',
  CertificateNotTrusted: 'connections',
  ProxyRefused: 'connections',
  NetworkSettingsInvalid: 'connections',
  WorkspaceNotFound: 'connections',
  NetworkFailed: 'troubleshooting',
  JobNotFound: 'troubleshooting',
  JobNotCompleted: 'errors',
  AnswerNotUnderstood: 'errors',
  RedirectNotFollowed: 'errors',
  NotAuthorized: 'errors',
  StorageForbidden: 'errors',
  Forbidden: 'errors',
  Throttled: 'errors',
  ServiceFailed: 'errors',
  RequestRefused: 'errors',
};

/** Address of the page that explains an error. @param taskPage of the task that runs */
export function pageOf(code: string, taskPage: string | undefined): string | undefined {
  return Object.hasOwn(PAGES, code) ? `${DOCS}/${PAGES[code]}.md` : taskPage;
}
