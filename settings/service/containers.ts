import type {
  ContainersDefinition,
  InitContainer,
  Mount,
  Sidecar,
} from "../../components/service/containers.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { z } from "zod";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, listOf, type Mapping } from "../mapping.ts";
import type { Surroundings } from "../surroundings.ts";
import { user } from "./exceptions.ts";
import { writtenPorts } from "./port-faults.ts";
import { probesFaults } from "./probe-faults.ts";
import { probesShape } from "./probes.ts";
import { processShape } from "./process-shape.ts";
import { resourceFaults, resources } from "./resources.ts";
import { variablesFaults, variablesShape } from "./variables.ts";
import { type WrittenContainer, writtenContainers } from "./written-containers.ts";

const mount = z.union(
  [
    field.filePath,
    field.mapping(
      {
        path: field.filePath,
        at: field.filePath.exactOptional(),
        readOnly: field.choice("whether the container may only read it").exactOptional(),
      } satisfies ShapeOf<Mount>,
      "path, and as needed at and readOnly",
    ),
  ],
  {
    error:
      "allowed: a path of the service's volumes, files, folders or writable folders, or {path, at, readOnly}",
  },
);

function initContainerShape(surroundings: Surroundings) {
  return {
    name: field.label,
    image: field.pinnedImage(surroundings).exactOptional(),
    of: field.label.exactOptional(),
    ...processShape(),
    ...variablesShape(),
    serviceEnv: field.choice("whether it also has the service's variables").exactOptional(),
    mounts: field.list(mount, "a list of paths of the service").exactOptional(),
    resources: resources.exactOptional(),
    user: user.exactOptional(),
  } satisfies ShapeOf<InitContainer>;
}

function sidecarShape(surroundings: Surroundings) {
  return {
    ...initContainerShape(surroundings),
    startsFirst: field.choice("whether it starts before the init containers").exactOptional(),
    port: field.port.exactOptional(),
    health: field.urlPath.exactOptional(),
    ready: field.urlPath.exactOptional(),
    ...probesShape(),
  } satisfies ShapeOf<Sidecar>;
}

/** The form of the containers beside a service's own. */
export function containersShape(surroundings: Surroundings) {
  const what = "a name, and as needed image or of, command, args, env, mounts and resources";
  return {
    initContainers: field
      .list(field.mapping(initContainerShape(surroundings), what), "a list of containers")
      .exactOptional(),
    sidecars: field
      .list(field.mapping(sidecarShape(surroundings), what), "a list of containers")
      .exactOptional(),
  } satisfies ShapeOf<ContainersDefinition>;
}

/**
 * What is wrong within the containers beside a service's own, between them, and between them and the service.
 *
 * @param services the names of all services
 */
export function containersFaults(
  name: string,
  service: Mapping,
  services: readonly string[],
): Fault[] {
  const containers = writtenContainers(service);
  const names = containers.map(({ fields }) => fields["name"]);
  const paths = pathsOf(service);
  const listening = containers.filter(({ fields }) => fields["port"] !== undefined);
  const clashes = listening.flatMap((container, index) =>
    portFaults(container, service, listening.slice(0, index)),
  );
  const each = containers.flatMap(({ path, fields }, index) => {
    const own = fields["name"];
    const isTaken = own === name || names.indexOf(own) !== index;
    return under(path, [
      ...faultIf(
        typeof own === "string" && isTaken,
        ["name"],
        got(own, "allowed: a name of its own; the service's container, or a different one, has it"),
      ),
      ...imageFaults(fields, name, services),
      ...mountFaults(fields["mounts"], paths, Object.keys(fieldsOf(service["volumes"]))),
      ...probesFaults(fields),
      ...resourceFaults(fieldsOf(fields["resources"])),
      ...variablesFaults(fields),
    ]);
  });
  return [...each, ...clashes];
}

/** The containers of a pod share its ports. */
function portFaults(
  { path, fields: { port } }: WrittenContainer,
  service: Mapping,
  before: readonly WrittenContainer[],
): Fault[] {
  const own = writtenPorts(service).find((each) => each.port === port && each.protocol === "TCP");
  const other = before.find(({ fields }) => fields["port"] === port)?.fields["name"];
  const who =
    own === undefined
      ? `sidecar ${String(other)} listens on it`
      : `the service listens on it (${own.name})`;
  return faultIf(
    own !== undefined || other !== undefined,
    [...path, "port"],
    got(
      port,
      `${who}; allowed: a port that no other container of the pod listens on; give one of them a different one`,
    ),
  );
}

function imageFaults({ image, of }: Mapping, name: string, services: readonly string[]): Fault[] {
  if (of === undefined) {
    return [];
  }
  const others = services.filter((service) => service !== name).join(", ") || "none";
  return [
    ...faultIf(image !== undefined, ["of"], got(of, "allowed: either image or of; remove one")),
    ...faultIf(
      of === name,
      ["of"],
      got(of, "allowed: a different service; without of it runs this service's image"),
    ),
    ...faultIf(
      typeof of === "string" && of !== name && !services.includes(of),
      ["of"],
      got(of, `allowed: a service of this stack, one of ${others}`),
    ),
  ];
}

/** Where a service's own container has anything. */
function pathsOf({ volumes, files, folders, writable = ["/tmp"] }: Mapping): string[] {
  const writables = listOf(writable);
  return [
    ...[volumes, folders, files].flatMap((places) => Object.keys(fieldsOf(places))),
    ...writables.map(String),
  ];
}

function mountFaults(
  mounts: unknown,
  paths: readonly string[],
  volumes: readonly string[],
): Fault[] {
  const written = listOf(mounts);
  const places = written.map((each) => {
    const { path = each, at = path, readOnly } = fieldsOf(each);
    return { path, at, readOnly };
  });
  return places.flatMap(({ path, at, readOnly }, index) => [
    ...faultIf(
      readOnly === false && !volumes.some((volume) => volume === path),
      ["mounts", index, "readOnly"],
      got(
        readOnly,
        "allowed: only for volumes, because files and folders can only be read; remove it",
      ),
    ),
    ...faultIf(
      typeof path === "string" && !paths.includes(path),
      ["mounts", index],
      got(
        path,
        `allowed: a path of the service, one of ${paths.join(", ")}; add it to volumes, files, folders or writable`,
      ),
    ),
    ...faultIf(
      places.findIndex((place) => place.at === at) !== index,
      ["mounts", index],
      got(at, "allowed: each path once; set at"),
    ),
  ]);
}
