import { isPinned } from "../../contract/image-reference.ts";
import {
  at,
  fields,
  idOf,
  items,
  type Json,
  type JsonObject,
  type ManifestObject,
  textOf,
} from "./object.ts";
import { bounded } from "./yaml.ts";

const LISTS = ["initContainers", "containers"] as const;

/** Where objects have the pods that they make: the pod itself, the template of a Job in a CronJob, of anything else. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};
const TEMPLATE = ["spec", "template", "spec"];

/** A container of an object, and its image. */
export interface ContainerImage {
  readonly container: string;
  readonly image: string;
}

/** The way to the spec of the pods that an object makes, undefined if it makes none. */
export function podSpecPath(object: ManifestObject): readonly string[] | undefined {
  const path = PLACES[object.kind] ?? TEMPLATE;
  return Array.isArray(at(object, ...path, "containers")) ? path : undefined;
}

/** The containers of the pods that an object makes. */
export function imagesOf(object: ManifestObject): ContainerImage[] {
  const path = podSpecPath(object);
  if (path === undefined) {
    return [];
  }
  return LISTS.flatMap((list) => items(at(object, ...path, list))).map((container) => {
    const { name, image } = fields(container);
    return { container: textOf(name), image: textOf(image) };
  });
}

/** Whether an image is called so: by its whole repository, or by the end of it, whatever its tag or digest. */
export function isCalled(image: string, wanted: string): boolean {
  const repository = repositoryOf(image);
  return repository === wanted || repository.endsWith(`/${wanted}`);
}

function repositoryOf(image: string): string {
  const [reference = ""] = image.split("@");
  return reference.replace(/:[^:/]*$/, "");
}

/** Images that end in the same name and are of different makers: one of them would be replaced by mistake. */
export function nameFaults(objects: readonly ManifestObject[], home: string, wanted: string) {
  const found = objects.flatMap((object) =>
    imagesOf(object)
      .filter(({ image }) => isCalled(image, wanted))
      .map(({ image }) => ({ repository: repositoryOf(image), id: idOf(object, home) })),
  );
  const [first] = found;
  const other = found.find(
    (each) => first !== undefined && isOther(first.repository, each.repository),
  );
  if (first === undefined || other === undefined) {
    return [];
  }
  const [called, otherwise] = [first, other].map(
    ({ repository, id }) => `${bounded(repository)} (${id})`,
  );
  return [
    `the images ${called ?? ""} and ${otherwise ?? ""} both end in ${wanted}; allowed: one that is the service's; set manifests.image to more of its repository, such as ${bounded(pathOf(first.repository))}`,
  ];
}

/** Whether two repositories differ in more than their registry. */
function isOther(one: string, another: string): boolean {
  const [path, other] = [pathOf(one), pathOf(another)];
  return path !== other && !path.endsWith(`/${other}`) && !other.endsWith(`/${path}`);
}

/** A repository without its registry. */
function pathOf(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  const isRegistry = /[.:]/.test(first) || first === "localhost";
  return rest.length > 0 && isRegistry ? rest.join("/") : repository;
}

/** Whether the pods that an object makes run an image of this name. */
export function runs(object: ManifestObject, wanted: string): boolean {
  return imagesOf(object).some(({ image }) => isCalled(image, wanted));
}

/** The images of an object that stay tags, in words. */
export function tagFaults(
  object: ManifestObject,
  home: string,
  wanted: string | undefined,
): string[] {
  return imagesOf(object)
    .filter(({ image }) => !(wanted !== undefined && isCalled(image, wanted)) && !isPinned(image))
    .map(
      ({ container, image }) =>
        `${idOf(object, home)}: container ${bounded(container)}: got image ${bounded(JSON.stringify(image))}; allowed: repository@sha256:<64 hex digits>${
          wanted === undefined ? "" : `, or the service's own, ${wanted}`
        }; pin it: digest under images of a kustomization, the image's value of a chart${
          wanted === undefined ? "" : "; or set manifests.image, if it is the service's own"
        }`,
    );
}

/** An object with the spec of its pods changed; any other object is itself. */
export function withPodSpec(
  object: ManifestObject,
  change: (spec: JsonObject) => unknown,
): Record<string, unknown> {
  const path = podSpecPath(object);
  return path === undefined ? object : (changed(object, path, change) as Record<string, unknown>);
}

function changed(
  value: Json,
  path: readonly string[],
  change: (spec: JsonObject) => unknown,
): unknown {
  const [key, ...rest] = path;
  const known = fields(value);
  return key === undefined
    ? change(known)
    : { ...known, [key]: changed(known[key] ?? null, rest, change) };
}

/** A pod's spec with an image in place of those of this name. */
export function withImage(
  spec: JsonObject,
  wanted: string,
  image: unknown,
): Record<string, unknown> {
  const lists = LISTS.filter((list) => spec[list] !== undefined).map((list) => {
    const containers = items(spec[list]).map((container) => {
      const known = fields(container);
      return isCalled(textOf(known["image"]), wanted) ? { ...known, image } : known;
    });
    return [list, containers] as const;
  });
  return { ...spec, ...Object.fromEntries(lists) };
}

/** The claims that the pods of an object name. */
export function claimsOf(object: ManifestObject): string[] {
  const volumes = items(at(object, ...(podSpecPath(object) ?? []), "volumes"));
  return volumes
    .map((volume) => textOf(at(volume, "persistentVolumeClaim", "claimName")))
    .filter((name) => name !== "");
}

/** The Secrets that the pods of an object name. */
export function secretsOf(object: ManifestObject): string[] {
  const path = podSpecPath(object);
  return path === undefined ? [] : secretsIn(fields(at(object, ...path)));
}

/** The Secrets that a pod names, wherever. */
export function secretsIn(spec: JsonObject): string[] {
  const containers = LISTS.flatMap((list) => items(spec[list]));
  const names = [
    ...items(spec["imagePullSecrets"]).map((each) => at(each, "name")),
    ...items(spec["volumes"]).flatMap((volume) => [
      at(volume, "secret", "secretName"),
      ...items(at(volume, "projected", "sources")).map((source) => at(source, "secret", "name")),
    ]),
    ...containers.flatMap((container) => [
      ...items(at(container, "env")).map((each) => at(each, "valueFrom", "secretKeyRef", "name")),
      ...items(at(container, "envFrom")).map((each) => at(each, "secretRef", "name")),
    ]),
  ];
  return [...new Set(names.filter((name) => typeof name === "string"))];
}
