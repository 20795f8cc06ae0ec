import { settleBound, VERDICT } from "../contract/verdict.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { label } from "./fields.ts";
import { fieldsOf, listOf, type Mapping, mapping } from "./mapping.ts";
import { buildFaults } from "./service/build.ts";
import { kindNameFaults, kindsFaults } from "./service/kinds.ts";
import { manifestsFaults } from "./service/manifests.ts";
import { portsFaults } from "./service/port-faults.ts";
import { followedDeadline, probesFaults } from "./service/probe-faults.ts";
import { wayInFaults } from "./service/way-in-faults.ts";
import { containersFaults } from "./service/containers.ts";
import { filesFaults } from "./service/files.ts";
import { metricsFaults } from "./service/metrics.ts";
import { replacementFaults } from "./service/replacement.ts";
import { resourceFaults } from "./service/resources.ts";
import { variablesFaults } from "./service/variables.ts";
import { volumesFaults } from "./service/volumes.ts";
import { exceptionsFaults } from "./service/exceptions.ts";
import { identityFaults } from "./service/identity.ts";
import { migrateFaults } from "./service/migrate.ts";
import { placementFaults } from "./service/placement.ts";
import { stepsFaults, weightsNameFaults } from "./service/steps.ts";
import type { Surroundings } from "./surroundings.ts";

/** Kubernetes accepts no larger ConfigMap. */
const FILES_BYTES = 1 << 20;

/** What is wrong between the keys of each service, as they were written: reported together with faults of single values. */
export function serviceFaults(raw: Mapping, surroundings: Surroundings): Fault[] {
  const services = fieldsOf(raw["services"]);
  return Object.entries(services).flatMap(([name, written]) => {
    const service = mapping(written);
    return under(
      ["services", name],
      [
        ...nameFaults(name),
        ...kindNameFaults(name, services),
        ...weightsNameFaults(name, services),
        ...migrateFaults(name, services),
        ...(service === undefined ? [] : keyFaults(service, surroundings, "promoteFrom" in raw)),
        ...(service === undefined ? [] : containersFaults(name, service, Object.keys(services))),
      ],
    );
  });
}

/** Not left to the schema, which looks no further if a name is wrong. */
function nameFaults(name: string): Fault[] {
  const message = label.safeParse(name).error?.issues[0]?.message;
  return message === undefined ? [] : [{ path: [], text: got(name, message) }];
}

function keyFaults(service: Mapping, surroundings: Surroundings, isPromoting: boolean): Fault[] {
  return [
    ...imageFaults(service, isPromoting),
    ...buildFaults(service, surroundings),
    ...scaleFaults(service),
    ...kindsFaults(service),
    ...portsFaults(service),
    ...probesFaults(service),
    ...wayInFaults(service),
    ...settleFaults(service),
    ...resourceFaults(fieldsOf(service["resources"])),
    ...fileFaults(service),
    ...manifestsFaults(service, surroundings),
    ...variablesFaults(service),
    ...filesFaults(service),
    ...volumesFaults(service),
    ...replacementFaults(service),
    ...exceptionsFaults(service),
    ...identityFaults(service),
    ...placementFaults(service),
    ...metricsFaults(service),
    ...stepsFaults(service),
  ];
}

function imageFaults({ build, image }: Mapping, isPromoting: boolean): Fault[] {
  const isBoth = build !== undefined && image !== undefined;
  return [
    ...faultIf(
      build === undefined && image === undefined && !isPromoting,
      [],
      "neither build nor image; allowed: one of them; set build.context, or image to a pinned image",
    ),
    ...faultIf(isBoth, ["image"], got(image, "allowed: either build or image; remove one of them")),
  ];
}

function scaleFaults({ replicas, autoscale }: Mapping): Fault[] {
  const { min, max } = fieldsOf(autoscale);
  return [
    ...faultIf(
      replicas !== undefined && autoscale !== undefined,
      ["replicas"],
      got(replicas, "allowed: either replicas or autoscale; remove one of them"),
    ),
    ...faultIf(
      typeof min === "number" && typeof max === "number" && min > max,
      ["autoscale", "min"],
      got(min, `allowed: at most autoscale.max, which is ${String(max)}`),
    ),
  ];
}

function settleFaults(service: Mapping): Fault[] {
  const { settleSeconds } = service;
  // Of a number that no service may set, the schema has said so.
  const isTooLong = Number(settleSeconds) > VERDICT.settleSeconds.to;
  const bound = isTooLong ? undefined : settleBound({ ...service, ...followedDeadline(service) });
  const text = `allowed: ${bound ?? ""}; lower it, or raise the other`;
  return faultIf(bound !== undefined, ["settleSeconds"], got(settleSeconds, text));
}

function fileFaults({ files, writable }: Mapping): Fault[] {
  const texts = Object.values(fieldsOf(files)).filter((file) => typeof file === "string");
  const bytes = Buffer.byteLength(texts.join(""));
  const folders = listOf(writable);
  const duplicates = folders.filter((folder, index) => folders.indexOf(folder) !== index);
  return [
    ...Object.keys(fieldsOf(files)).flatMap((path) =>
      faultIf(
        folders.includes(path),
        ["files", path],
        "is a writable folder, too; remove one of them",
      ),
    ),
    ...duplicates.map((folder) => ({
      path: ["writable"],
      text: got(folder, "allowed: each folder once; remove the other"),
    })),
    ...faultIf(
      bytes > FILES_BYTES,
      ["files"],
      `got ${bytes} bytes; allowed: at most ${FILES_BYTES} bytes of text; put large files into the image`,
    ),
  ];
}
