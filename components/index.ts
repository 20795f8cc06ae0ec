export { byName } from "./by-name";
export { type Cluster, type ClusterProviders, connect } from "./cluster";
export { AccessProof, type AccessProofArgs, type AccessProofIdentity } from "./access-proof";
export {
  Credential,
  type CredentialArgs,
  type CredentialDefinition,
  type CredentialOptions,
} from "./credentials";
export type { RandomText, ValueSource } from "./credential-values";
export {
  ExternalSecretReadiness,
  type ExternalSecretReadinessArgs,
} from "./external-secret-readiness";
export {
  type Build,
  Image,
  type ImageArgs,
  type ImageSource,
  type Origin,
  type Registry,
} from "./image";
export { ImageCopy, type ImageCopyArgs } from "./image-copy";
export {
  JenkinsAccess,
  type JenkinsAccessArgs,
  type JenkinsOutputs,
  type LaneOutputs,
} from "./jenkins-access";
export { Lane, type LaneArgs } from "./lane";
export { LaneGuard, type LaneGuardArgs } from "./lane-guard";
export type { CredentialFormat, JenkinsFormat, JenkinsOptions } from "./manifests/credential";
export type {
  Autoscale,
  CredentialKey,
  EgressRule,
  IngressDefinition,
  Resources,
  SecretKey,
  Service,
  ServiceDefinition,
} from "./manifests/definition";
export type { RemoteValue, SecretStore } from "./manifests/external-secret";
export { complete, type Place } from "./manifests/complete";
export type { JenkinsDefinition, LaneDefinition, LaneName } from "./manifests/lane";
export { type LanePlan, planLanes } from "./manifests/lane-plan";
export { Namespace } from "./namespace";
export { promote, type Promotion, type PromotionArgs, type ToBePromoted } from "./promotion";
export { type AppliedObject, ObjectReadiness, type ObjectReadinessArgs } from "./object-readiness";
export { Readiness, type ReadinessArgs } from "./readiness";
export { Release, type ReleaseArgs, type ReleaseOptions } from "./release";
export { requireReady } from "./require-ready";
export type { Sealing } from "./sealed-credential";
export { SealedValues, type SealedValuesArgs } from "./sealed-values";
export { SecretReadiness, type SecretReadinessArgs } from "./secret-readiness";
export { SlipwayProvider, type SlipwayProviderArgs } from "./slipway-provider";
export { readRelease, type StackRelease } from "./stack-release";
export { outputsOf } from "./stack-outputs";
export { type Endpoint, type UsedCredential, Workload, type WorkloadArgs } from "./workload";
