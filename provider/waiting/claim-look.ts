import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";
import { find } from "../cluster/find.ts";
import { oneLine } from "../cluster/one-line.ts";
import { eventsAbout } from "../verdict/event.ts";
import {
  claimsOf,
  type Event,
  nameOf,
  type PersistentVolumeClaim,
  type Pod,
  uidOf,
} from "../verdict/objects.ts";
import { BINDING, isBindingStep } from "../verdict/persistent-volume-claim.ts";

const MESSAGE_CHARACTERS = 300;

/** A claim that a pod waits for. */
export interface ClaimAtWork {
  /** What is known of it, a line. */
  readonly note: string;
  /** Whether a volume is being made for it. */
  readonly isOnItsWay: boolean;
}

/** Looks for why claims of a pod are not bound. One that is bound, or may not be read, is left out. */
export async function claimsAtWork(
  api: Pick<Api, "get">,
  namespace: string,
  pod: Pod,
  signal: AbortSignal,
): Promise<readonly ClaimAtWork[]> {
  const looks = namesOf(pod).map((claim) => lookAt(api, namespace, claim, signal));
  const found = await Promise.all(looks.map((look) => look.catch(passing)));
  return found.filter((claim) => claim !== undefined);
}

/** What is not known is left out: the pod's own words are there anyway. */
function passing(error: unknown): undefined {
  if (!(error instanceof ApiError)) {
    throw error;
  }
}

/** The claim of an ephemeral volume has the names of its pod and of the volume. */
function namesOf(pod: Pod): string[] {
  const ephemeral = (pod.spec?.volumes ?? []).flatMap((volume) =>
    volume.ephemeral === undefined ? [] : [`${nameOf(pod)}-${volume.name}`],
  );
  return [...new Set([...claimsOf(pod), ...ephemeral])];
}

async function lookAt(
  api: Pick<Api, "get">,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ClaimAtWork | undefined> {
  const root = `/api/v1/namespaces/${namespace}`;
  const path = `${root}/persistentvolumeclaims/${name}`;
  const claim = await find<PersistentVolumeClaim>(api, path, signal);
  if (claim === undefined) {
    return { note: `claim ${name} does not exist`, isOnItsWay: false };
  }
  if (claim.status?.phase === "Bound") {
    return undefined;
  }
  const fieldSelector = `involvedObject.kind=PersistentVolumeClaim,involvedObject.name=${name}`;
  const { items = [] } = (await api.get(`${root}/events`, { fieldSelector }, signal)) as {
    readonly items?: readonly Event[];
  };
  const [latest] = eventsAbout(uidOf(claim), BINDING, items);
  const { storageClassName = "", resources, accessModes = [] } = claim.spec ?? {};
  const form = [
    storageClassName === "" ? "no class" : `class ${storageClassName}`,
    resources?.requests?.["storage"] ?? "",
    ...accessModes,
  ]
    .filter((part) => part !== "")
    .join(", ");
  const said = oneLine(latest?.message ?? "nothing has happened to it yet", MESSAGE_CHARACTERS);
  const note = `claim ${name} (${form}) is ${claim.status?.phase ?? "Pending"}: ${said}`;
  return { note, isOnItsWay: latest !== undefined && isBindingStep(latest.reason) };
}
