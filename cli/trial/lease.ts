import { z } from "zod";

import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { find } from "../../provider/cluster/find.ts";

const API = "coordination.k8s.io/v1";

/** What a Lease says of whoever holds it. */
export interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime: string;
  readonly renewTime: string;
}

const text = z.string().catch("");

const schema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).catch({}),
  }),
  spec: z
    .object({
      holderIdentity: text,
      leaseDurationSeconds: z.number().optional().catch(undefined),
      acquireTime: text,
      renewTime: text,
    })
    .catch({ holderIdentity: "", leaseDurationSeconds: undefined, acquireTime: "", renewTime: "" }),
});

/** A Lease of the cluster, as far as trials look at it. */
export type Lease = z.output<typeof schema>;

/** Why a Lease was not made. */
export type Refusal =
  /** Somebody has it. */
  | "taken"
  /** There is no such namespace. */
  | "missing"
  /** The namespace is being deleted, and takes nothing new. */
  | "terminating"
  /** This identity has no right there: those of a lane go with the namespace, and before it. */
  | "forbidden";

/** Reads and writes Leases: each change is of the Lease as it was read, or does not happen. */
export class Leases {
  private readonly api: Api;
  private readonly signal: AbortSignal;

  constructor(api: Api, signal: AbortSignal) {
    this.api = api;
    this.signal = signal;
  }

  /** A Lease, undefined if there is none. */
  async find(namespace: string, name: string): Promise<Lease | undefined> {
    const found = await find(this.api, pathOf(namespace, name), this.signal);
    return found === undefined ? undefined : schema.parse(found);
  }

  /** The same in a namespace that may be gone, and with it the right to look there. */
  async look(namespace: string, name: string): Promise<Lease | "forbidden" | undefined> {
    try {
      return await this.find(namespace, name);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        return "forbidden";
      }
      throw error;
    }
  }

  /** The Leases of a namespace; none of one that does not exist. */
  async list(namespace: string): Promise<Lease[]> {
    const found = await find<{ readonly items?: readonly unknown[] }>(
      this.api,
      pathOf(namespace),
      this.signal,
    );
    return (found?.items ?? []).map((item) => schema.parse(item));
  }

  /** Makes a Lease that nobody has, or says why not. */
  async create(
    namespace: string,
    name: string,
    spec: LeaseSpec,
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<Lease | Refusal> {
    const metadata = { name, namespace, annotations };
    const body = { apiVersion: API, kind: "Lease", metadata, spec };
    try {
      return schema.parse(await this.api.post(pathOf(namespace), body, this.signal));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) {
        throw error;
      }
      return refusal;
    }
  }

  /** Changes a Lease; undefined if somebody has changed it, or taken it away, since it was read. */
  async change(
    { metadata, spec }: Lease,
    change: {
      readonly renewTime?: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly leaseDurationSeconds?: number;
    },
  ): Promise<Lease | undefined> {
    const { annotations = metadata.annotations, ...times } = change;
    const patch = [
      // The API server refuses the change of any other version.
      { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
      { op: "add", path: "/metadata/annotations", value: annotations },
      { op: "add", path: "/spec", value: { ...spec, ...times } },
    ];
    const { namespace, name } = metadata;
    try {
      return schema.parse(await this.api.patch(pathOf(namespace, name), patch, {}, this.signal));
    } catch (error) {
      if (isLost(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Takes this very Lease away, unless it is gone; false if somebody has changed it since. */
  async release({ metadata }: Lease): Promise<boolean> {
    const { namespace, name, uid, resourceVersion } = metadata;
    const preconditions = { uid, resourceVersion };
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions };
    try {
      await this.api.delete(pathOf(namespace, name), body, this.signal);
      return true;
    } catch (error) {
      if (isLost(error)) {
        return (error as ApiError).status === 404;
      }
      throw error;
    }
  }
}

/** A time as Leases have it. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** A time in ISO 8601, null for what is none, whoever wrote it. */
export function timeOf(milliseconds: number): string | null {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function pathOf(namespace: string, name?: string): string {
  const collection = `/apis/${API}/namespaces/${encodeURIComponent(namespace)}/leases`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof ApiError)) {
    return undefined;
  }
  if (error.status === 409) {
    return "taken";
  }
  if (error.status === 404) {
    return "missing";
  }
  if (error.status !== 403) {
    return undefined;
  }
  return /being terminated/.test(error.message) ? "terminating" : "forbidden";
}

/** Whether somebody else was quicker. */
function isLost(error: unknown): boolean {
  return error instanceof ApiError && [404, 409].includes(error.status);
}
