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
  const objects = await atATime(TOGETHER, names, (claim) =>
    look<PersistentVolumeClaim>(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`),
  );
  const present = objects.filter((object) => typeof object === "object");
  const classes = [...new Set(present.map(classOf))];
  const growth = await atATime(TOGETHER, classes, (storageClass) => doesGrow(storageClass, look));
  const grows = new Map(classes.map((storageClass, index) => [storageClass, growth[index]]));
  const found = objects.map((object, index) => [
    names[index] ?? "",
    typeof object === "object" ? foundClaim(object, grows.get(classOf(object))) : object,
  ]);
  const known = found.filter(([, claim]) => claim !== undefined);
  return { claims: Object.fromEntries(known) as FoundClaims };
}

function classOf({ spec }: PersistentVolumeClaim): string {
  return spec?.storageClassName ?? "";
}

function foundClaim(claim: PersistentVolumeClaim, grows: boolean | undefined): FoundClaim {
  const { metadata, spec } = claim;
  const { labels = {}, deletionTimestamp } = metadata ?? {};
  const isOurs = Object.entries(MADE_HERE).every(([label, value]) => labels[label] === value);
  return {
    size: spec?.resources?.requests?.["storage"] ?? "",
    class: classOf(claim),
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
