import { AUTONAMED, isBuiltIn, type KubernetesObject, type ObjectMeta } from "./object.ts";

/** Kinds of the API server's own groups that live in no namespace. */
const CLUSTER_SCOPED =
  /^(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|StorageClass|IngressClass|CustomResourceDefinition|PriorityClass|RuntimeClass|APIService|CSIDriver|CSINode|VolumeAttachment|VolumeAttributesClass|FlowSchema|PriorityLevelConfiguration|CertificateSigningRequest|ClusterTrustBundle|ComponentStatus|TokenReview|SubjectAccessReview|Self\w+Review|IPAddress|ServiceCIDR|DeviceClass|ResourceSlice|StorageVersion\w*|(Validating|Mutating)(WebhookConfiguration|AdmissionPolicy(Binding)?))$/;

/** Whether an object goes to a namespace; undefined where only the API server knows. */
export function isNamespaced({ apiVersion, kind }: KubernetesObject): boolean | undefined {
  return isBuiltIn(apiVersion) ? !CLUSTER_SCOPED.test(kind) : undefined;
}

/**
 * The object with a name: its own, the one that was made up for it before, or
 * `<resource's name>-<8 hex digits>`.
 *
 * @throws for a name that the API server would make up
 */
export function named(
  object: KubernetesObject,
  old: ObjectMeta | undefined,
  resourceName: string,
  randomSeed: Buffer,
): KubernetesObject {
  const { metadata } = object;
  if (metadata.name !== undefined) {
    return object;
  }
  if ("generateName" in metadata) {
    throw new Error(
      "the `.metadata.generateName` field is not supported in Server-Side Apply mode",
    );
  }
  const keep = old?.annotations?.[AUTONAMED] === "true" ? old.name : undefined;
  const name = keep ?? `${resourceName}-${randomSeed.toString("hex").slice(0, 8)}`;
  const annotations = { ...metadata.annotations, [AUTONAMED]: "true" };
  return { ...object, metadata: { ...metadata, name, annotations } };
}
