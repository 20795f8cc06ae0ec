import { MADE_HERE } from "../contract/marks.ts";
import { type FoundClaim, type FoundClaims, volumeClaimsArgs } from "../contract/volume-claims.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError } from "./cluster/api-error.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { find } from "./cluster/find.ts";
import { parsed } from "./input-schema.ts";
import type { PersistentVolumeClaim } from "./verdict/objects.ts";

/** Questions that are asked at a time. */
const TOGETHER = 8;

type Find = <T>(path: string) => Promise<T | "missing" | undefined>;

/** The function `slipway:index:volumeClaims`: what the cluster has of the claims that services name. */
export async function volumeClaims(
  args: Properties,
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<Properties> {
  const { namespace, names } = parsed(volumeClaimsArgs, args);
  const look: Find = async <T>(path: string) =>
    find<T>(api, path, signal).then(
      (object) => object ?? "missing",
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 403) {
          return undefined;
        }
        throw error;
      },
    );
  const found = await atATime(TOGETHER, names, async (claim) => {
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`;
    const object = await look<PersistentVolumeClaim>(path);
    return typeof object === "object"
      ? ([claim, await foundClaim(object, look)] as const)
      : ([claim, object] as const);
  });
  const known = found.filter(([, claim]) => claim !== undefined);
  return { claims: Object.fromEntries(known) as FoundClaims };
}

async function foundClaim(
  { metadata, spec }: PersistentVolumeClaim,
  look: Find,
): Promise<FoundClaim> {
  const { labels = {}, deletionTimestamp } = metadata ?? {};
  const storageClass = spec?.storageClassName ?? "";
  const grows = await doesGrow(storageClass, look);
  const isOurs = Object.entries(MADE_HERE).every(([label, value]) => labels[label] === value);
  return {
    size: spec?.resources?.requests?.["storage"] ?? "",
    class: storageClass,
    access: spec?.accessModes ?? [],
    service: isOurs ? (labels["app.kubernetes.io/name"] ?? "") : "",
    isEnding: deletionTimestamp !== undefined,
    ...(grows !== undefined && { grows }),
  };
}

/** The API server lets a claim grow only if its class exists and says so. */
async function doesGrow(storageClass: string, look: Find): Promise<boolean | undefined> {
  if (storageClass === "") {
    return false;
  }
  const found = await look<{ readonly allowVolumeExpansion?: boolean }>(
    `/apis/storage.k8s.io/v1/storageclasses/${storageClass}`,
  );
  return found === undefined
    ? undefined
    : typeof found === "object" && found.allowVolumeExpansion === true;
}
