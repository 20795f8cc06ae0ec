import type { Volume } from "../../components/service/volumes.ts";
import { mounted, type Pair } from "./container-fields.ts";
import type { Live } from "./live-objects.ts";

/** What a volume of the settings is for the pods; one of each pod has the name of its template. */
export function volumePairs(path: string, said: Volume, live: Live): Pair[] {
  const { mount, volume } = mounted(live, path);
  const { readOnly, subPath } = said;
  const use = { ...(readOnly && { readOnly }), ...(subPath !== undefined && { subPath }) };
  const how: Pair = [`volumes.${path}`, mount, { mountPath: path, ...use }];
  if ("memory" in said || "scratch" in said) {
    const emptyDir =
      "memory" in said ? { medium: "Memory", sizeLimit: said.memory } : { sizeLimit: said.scratch };
    return [how, [`volumes.${path}: folder`, volume, { emptyDir }]];
  }
  if ("claim" in said) {
    const claimName = volume?.persistentVolumeClaim?.claimName ?? "";
    const claim = live.objects.find("PersistentVolumeClaim", claimName);
    const name = typeof said.claim === "string" ? said.claim : (said.claim.name ?? claimName);
    return [
      how,
      [`volumes.${path}: name`, claimName, name],
      [
        `volumes.${path}: claim`,
        { ...claim?.spec, ...claim?.status },
        { phase: "Bound", ...(typeof said.claim === "object" && claimSpec(said.claim)) },
      ],
    ];
  }
  const templates = (live.workload.spec?.["volumeClaimTemplates"] ?? []) as Claim[];
  const template = templates.find(({ metadata }) => metadata.name === mount?.name);
  const first = live.objects.find("PersistentVolumeClaim", `${mount?.name ?? ""}-${live.name}-0`);
  return [
    how,
    [`volumes.${path}: name`, mount?.name, said.perPod.name ?? mount?.name],
    [`volumes.${path}: template`, template?.spec, claimSpec(said.perPod)],
    [`volumes.${path}: claim`, { ...first?.spec, ...first?.status }, { phase: "Bound" }],
  ];
}

interface Claim {
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

interface ClaimForm {
  readonly size: string;
  readonly class?: string;
  readonly access?: string;
}

function claimSpec({ size, class: storageClassName, access = "ReadWriteOnce" }: ClaimForm) {
  return {
    accessModes: [access],
    resources: { requests: { storage: size } },
    ...(storageClassName !== undefined && { storageClassName }),
  };
}
