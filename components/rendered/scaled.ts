import { at, type ManifestObject, textOf } from "./object.ts";

const SCALERS = ["HorizontalPodAutoscaler", "ScaledObject"];

/** Says of an object whether an autoscaler among these decides how many pods it has. */
export function scaledBy(objects: readonly ManifestObject[]): (object: ManifestObject) => boolean {
  const targets = objects
    .filter(({ kind }) => SCALERS.includes(kind))
    .map((scaler) => {
      const target = at(scaler, "spec", "scaleTargetRef");
      return `${textOf(at(target, "kind") ?? "Deployment")}/${textOf(at(target, "name"))}`;
    });
  const scaled = new Set(targets);
  return ({ kind, metadata }) => scaled.has(`${kind}/${metadata.name}`);
}
