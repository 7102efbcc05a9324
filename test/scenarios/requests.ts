/** The requests that the stories are about, as `FakeAzure.on` and `FakeAzure.received` take them. */
export const TOKEN = /^POST .*\/token/;
export const OIDC = /^POST \/oidc/;
export const WORKSPACE = /^GET [^?]*\/workspaces\/ws\?/;
export const ARM_JOB = /^GET \/subscriptions[^?]*\/jobs\/[^/?]+\?/;
export const JOB_PUT = /^PUT [^?]*\/jobs\/[^/?]+\?/;
export const CANCEL = /^POST [^?]*\/jobs\/[^/?]+\/cancel/;
export const DETAILS = /^GET \/history[^?]*\/details/;
export const CHILDREN = /^GET \/history[^?]*\/children/;
export const HISTORY = /^GET \/history/;
export const LOG = /^GET \/logs\//;
