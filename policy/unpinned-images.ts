import type { ResourceValidationPolicy } from "@pulumi/policy";

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly name?: string;
  readonly image?: string;
}

/** What is read of a kind that has pods: the pod itself, its template, or the template of a Job. */
interface WithPods {
  readonly template?: { readonly spec?: PodSpec };
  readonly jobTemplate?: { readonly spec?: WithPods };
}

const PINNED = /@sha256:[0-9a-f]{64}$/;

/** Forbids images that are named by a tag alone: what a tag means may change while pods with it run. */
export const noUnpinnedImages: ResourceValidationPolicy = {
  name: "no-unpinned-images",
  description: "Every container runs an image that is named by its digest.",
  validateResource: ({ type, name, props }, report) => {
    if (!type.startsWith("kubernetes:")) {
      return;
    }
    const kind = type.split(":").at(-1) ?? "";
    for (const { name: container, image } of containersOf(kind, props["spec"])) {
      if (image !== undefined && !PINNED.test(image)) {
        report(
          `${kind} ${name}: container ${container ?? "without a name"}: got image "${image}"; allowed: repository@sha256:<64 hex digits>`,
        );
      }
    }
  },
};

function containersOf(kind: string, spec: unknown): Container[] {
  if (typeof spec !== "object" || spec === null) {
    return [];
  }
  const pods = kind === "Pod" ? (spec as PodSpec) : podsOf(spec);
  return [...(pods?.initContainers ?? []), ...(pods?.containers ?? [])];
}

function podsOf({ template, jobTemplate }: WithPods): PodSpec | undefined {
  return template?.spec ?? (jobTemplate?.spec && podsOf(jobTemplate.spec));
}
