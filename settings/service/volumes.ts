import { z } from "zod";

import { claimName, perPodName } from "../../components/manifests/volume-claims.ts";
import type {
  AccessMode,
  ClaimRequest,
  NewClaim,
  PerPodClaim,
  Volume,
  VolumesDefinition,
} from "../../components/service/volumes.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, listOf, type Mapping, mapping } from "../mapping.ts";
import { exactlyOne } from "./exactly-one.ts";

const KINDS = ["claim", "perPod", "memory", "scratch"];

/** Volumes of the pods that are not the settings': see the manifests. */
const TAKEN = ["files", "token"];

const ACCESS = [
  "ReadWriteOnce",
  "ReadOnlyMany",
  "ReadWriteMany",
  "ReadWriteOncePod",
] as const satisfies readonly AccessMode[];

const request = {
  size: field.memory("10Gi"),
  class: field.objectName.exactOptional(),
  access: z.enum(ACCESS, { error: `allowed: one of ${ACCESS.join(", ")}` }).exactOptional(),
} satisfies ShapeOf<ClaimRequest>;

const newClaim = field.mapping(
  {
    ...request,
    name: field.objectName.exactOptional(),
    keep: field.choice("whether the claim and its data stay when the service goes").exactOptional(),
  } satisfies ShapeOf<NewClaim>,
  "size, and as needed class, access, keep and name",
);

const perPod = field.mapping(
  { ...request, name: field.label.exactOptional() } satisfies ShapeOf<PerPodClaim>,
  "size, and as needed class, access and name",
);

const claim = z.union([field.objectName, newClaim], {
  error:
    "allowed: the name of a claim that exists, or {size, class, access, keep, name} of one that the stack creates, all but size as needed",
});

/** Which one of the kinds it is, `volumeFaults` says: a union would not name what is wrong within one. */
const volume = field.mapping(
  {
    claim: claim.exactOptional(),
    perPod: perPod.exactOptional(),
    memory: field.memory("64Mi").exactOptional(),
    scratch: field.memory("2Gi").exactOptional(),
    subPath: field
      .text(
        /^(?!\.{1,2}(\/|$))[^/\s\0]+(\/(?!\.{1,2}(\/|$))[^/\s\0]+)*$/,
        "a path below the volume's root such as data/public, without .. in it",
      )
      .exactOptional(),
    readOnly: field.choice("whether the container may only read it").exactOptional(),
  },
  `one of ${KINDS.join(", ")}, and as needed subPath and readOnly`,
) as unknown as z.ZodType<Volume>;

/** The form of a service's volumes. */
export function volumesShape() {
  return {
    volumes: field
      .named(field.filePath, volume, "a mapping of absolute paths to volumes")
      .exactOptional(),
  } satisfies ShapeOf<VolumesDefinition>;
}

/** What is wrong between the keys of a service's volumes, and between them and what else is mounted. */
export function volumesFaults(service: Mapping): Fault[] {
  const volumes = Object.entries(fieldsOf(service["volumes"]));
  const faults = volumes.flatMap(([path, written]) => {
    const fields = mapping(written);
    return under([path], fields === undefined ? [] : ownFaults(fields));
  });
  return [...under(["volumes"], [...faults, ...nameFaults(volumes)]), ...placeFaults(service)];
}

function ownFaults(volume: Mapping): Fault[] {
  const { name } = fieldsOf(volume["perPod"]);
  return [
    ...exactlyOne(volume, KINDS),
    ...faultIf(
      TAKEN.includes(String(name)),
      ["perPod", "name"],
      got(name, "allowed: a different name; the pods have a volume of that name already"),
    ),
  ];
}

/** Two paths may share a claim, which is described once then, or alike. */
function nameFaults(volumes: readonly (readonly [string, unknown])[]): Fault[] {
  const seen = new Map<string, readonly [path: string, request: string]>();
  return volumes.flatMap(([path, written]) => {
    const { claim, perPod } = fieldsOf(written);
    const [kind, request] = perPod === undefined ? ["claim", claim] : ["perPod", perPod];
    const fields = mapping(request);
    if (fields === undefined) {
      return [];
    }
    const name =
      kind === "perPod"
        ? `perPod ${perPodName(path, fields as unknown as PerPodClaim)}`
        : `claim ${claimName("", path, fields as unknown as NewClaim)}`;
    const text = JSON.stringify(Object.entries(fields).sort());
    const [other, before] = seen.get(name) ?? [path, text];
    seen.set(name, [other, before]);
    return faultIf(
      before !== text,
      [path, kind],
      got(request, `allowed: the same as that of ${other}, whose claim it is by its name`),
    );
  });
}

/** Each path has one thing, and nothing is mounted into what can only be read. */
function placeFaults(service: Mapping): Fault[] {
  const { volumes, files, folders, writable } = service;
  const writables = listOf(writable);
  const places: (readonly [key: string, path: string])[] = [
    ...Object.keys(fieldsOf(volumes)).map((path) => ["volumes", path] as const),
    ...Object.keys(fieldsOf(folders)).map((path) => ["folders", path] as const),
    ...Object.keys(fieldsOf(files)).map((path) => ["files", path] as const),
    ...writables.map((path) => ["writable", String(path)] as const),
  ];
  const readOnly = [
    ...Object.keys(fieldsOf(folders)),
    ...Object.entries(fieldsOf(volumes)).flatMap(([path, each]) =>
      fieldsOf(each)["readOnly"] === true ? [path] : [],
    ),
  ];
  return places.flatMap(([key, path], index) => {
    const twice = places
      .slice(0, index)
      .find(([other, same]) => same === path && !isReportedElsewhere(other, key));
    const within = readOnly.find((folder) => path.startsWith(`${folder}/`));
    return [
      ...faultIf(
        twice !== undefined,
        key === "writable" ? [key] : [key, path],
        `${path} is also under ${twice?.[0] ?? ""}; remove one of them`,
      ),
      ...faultIf(
        within !== undefined,
        key === "writable" ? [key] : [key, path],
        `${path} is inside of ${within ?? ""}, which can only be read, so that nothing can be mounted there; allowed: a path outside of it`,
      ),
    ];
  });
}

/** Files and writable folders are compared by themselves: see the conflicts. */
function isReportedElsewhere(one: string, other: string): boolean {
  return [one, other].every((key) => key === "files" || key === "writable");
}

/** What is wrong between the claims of different services: each claim is created by one of them. */
export function claimFaults(raw: Mapping): Fault[] {
  const makers = new Map<string, string>();
  return Object.entries(fieldsOf(raw["services"])).flatMap(([service, written]) =>
    Object.entries(fieldsOf(fieldsOf(written)["volumes"])).flatMap(([path, volume]) => {
      const claim = mapping(fieldsOf(volume)["claim"]);
      if (claim === undefined) {
        return [];
      }
      const name = claimName(service, path, claim as unknown as NewClaim);
      const maker = makers.get(name) ?? service;
      makers.set(name, maker);
      const text = got(
        name,
        `service ${maker} creates that claim; write claim: ${name}, or a different name`,
      );
      return faultIf(
        maker !== service,
        ["services", service, "volumes", path, "claim", "name"],
        text,
      );
    }),
  );
}
