import type { KubernetesObject, ObjectMeta } from "./object.ts";
import { AUTONAMED } from "./replacement.ts";

/** Kinds of the API server's own groups that live in no namespace. */
const CLUSTER_SCOPED =
  /^(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|StorageClass|IngressClass|CustomResourceDefinition|PriorityClass|RuntimeClass|APIService|CSIDriver|CSINode|VolumeAttachment|VolumeAttributesClass|FlowSchema|PriorityLevelConfiguration|CertificateSigningRequest|ClusterTrustBundle|ComponentStatus|TokenReview|SubjectAccessReview|Self\w+Review|IPAddress|ServiceCIDR|DeviceClass|ResourceSlice|StorageVersion\w*|(Validating|Mutating)(WebhookConfiguration|AdmissionPolicy(Binding)?))$/;

/** Groups that come with the API server; every other group is somebody's custom resources. */
const BUILT_IN = /^(v1$|(apps|batch|autoscaling|policy|extensions)\/|[\w.]+\.k8s\.io\/)/;

/** Whether an object goes to a namespace; undefined where only the API server knows. */
export function isNamespaced({ apiVersion, kind }: KubernetesObject): boolean | undefined {
  return BUILT_IN.test(apiVersion) ? !CLUSTER_SCOPED.test(kind) : undefined;
}

/**
 * The object with a name: its own, the one that was made up for it before, or
 * `<resource's name>-<8 hex digits>`.
 */
export function named(
  object: KubernetesObject,
  old: ObjectMeta | undefined,
  resourceName: string,
  randomSeed: Buffer,
): KubernetesObject {
  const { metadata } = object;
  if (metadata.name !== undefined || "generateName" in metadata) {
    return object;
  }
  const keep = old?.annotations?.[AUTONAMED] === "true" ? old.name : undefined;
  const name = keep ?? `${resourceName}-${randomSeed.toString("hex").slice(0, 8)}`;
  const annotations = { ...metadata.annotations, [AUTONAMED]: "true" };
  return { ...object, metadata: { ...metadata, name, annotations } };
}
