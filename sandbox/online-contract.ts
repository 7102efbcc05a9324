/** How tests steer and read the online endpoints of a running sandbox. */

/** What a fault applies to; what is left out applies to all. */
interface OnlineTarget {
  endpoint?: string;
  deployment?: string;
  /** How many operations or requests it spoils; all of them when not given. */
  times?: number;
}

/** Misbehaviour of online endpoints on request. */
export type OnlineFault = OnlineTarget &
  (
    | {
        /**
         * PUT of a deployment with `quota`, or of a new endpoint with `nameTaken`, is refused with 400. The operation of the
         * others fails: the image can't be built, the container crashes in `init`, its readiness probe fails, the region has no
         * quota; `internalError` is also one of endpoints.
         */
        kind: 'quota' | 'nameTaken' | 'imageBuild' | 'crash' | 'probe' | 'outOfQuota' | 'internalError';
      }
    /** The container of a deployment needs this much longer to start. */
    | { kind: 'slowStart'; delayMs: number }
    /** Operations of endpoints and deployments go on for this much longer. */
    | { kind: 'slowOperation'; delayMs: number }
    /** GET shows the traffic of before for this long after the operation has succeeded. */
    | { kind: 'lateTraffic'; delayMs: number }
    /** This share of the requests fails. `status` is the model's own (500 unless given): callers see 424. */
    | { kind: 'errors'; percent: number; status?: number }
    /** The gateway itself answers this share of the requests with `status`: 408, 429, 500, 502, 503, ... */
    | { kind: 'gateway'; percent: number; status: number }
    /** Requests take `delayMs` longer; each one `growthMs` more than the one before. */
    | { kind: 'latency'; delayMs: number; growthMs?: number }
  );

/** Requests that a deployment, or nothing (an empty name), has answered with one status. */
export interface OnlineCount {
  deployment: string;
  /** As the caller saw it; 424 for every failure of the model. */
  status: number;
  requests: number;
  /** True of copies that mirrored traffic made: nobody waited for their answers. */
  mirrored: boolean;
}

export interface Online {
  /** Adds a fault; the function that comes back removes it. */
  misbehave(fault: OnlineFault): () => void;
  /** Removes all faults. */
  behave(): void;
  /** What was answered to requests for the endpoint since the sandbox started or `resetCounts`. */
  counts(endpoint: string): OnlineCount[];
  resetCounts(): void;
}
