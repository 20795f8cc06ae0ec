export { byName } from "./by-name";
export { type Cluster, type ClusterProviders, connect } from "./cluster";
export { AccessProof, type AccessProofArgs, type AccessProofIdentity } from "./lanes/access-proof";
export {
  Credential,
  type CredentialArgs,
  type CredentialDefinition,
  type CredentialOptions,
} from "./credentials/credential";
export type { RandomText, ValueSource } from "./credentials/values";
export {
  ExternalSecretReadiness,
  type ExternalSecretReadinessArgs,
} from "./credentials/external-secret-readiness";
export { Image, type ImageArgs, type ImageSource, type Origin, type Registry } from "./image/image";
export type { Build, BuildPlan } from "./image/build-plan";
export type { FoundBuild } from "./image/found-build";
export { ImageCopy, type ImageCopyArgs } from "./image/image-copy";
export {
  JenkinsAccess,
  type JenkinsAccessArgs,
  type JenkinsOutputs,
  type LaneOutputs,
} from "./lanes/jenkins-access";
export { Lane, type LaneArgs } from "./lanes/lane";
export { LaneGuard, type LaneGuardArgs } from "./lanes/lane-guard";
export type { CredentialFormat, JenkinsFormat, JenkinsOptions } from "./credentials/format";
export type {
  Autoscale,
  CredentialKey,
  EgressRule,
  IngressDefinition,
  Resources,
  SecretKey,
  Service,
  ServiceDefinition,
} from "./service-definition";
export type { RemoteValue, SecretStore } from "./credentials/external-secret";
export { complete, type Place } from "./complete-service";
export type { JenkinsDefinition, LaneDefinition, LaneName } from "./lanes/definition";
export { type LanePlan, planLanes } from "./lanes/plan";
export { Namespace } from "./namespace";
export {
  promote,
  type Promotion,
  type PromotionArgs,
  type ToBePromoted,
} from "./promotion/promotion";
export { type AppliedObject, ObjectReadiness, type ObjectReadinessArgs } from "./object-readiness";
export { Readiness, type ReadinessArgs } from "./readiness";
export { Release, type ReleaseArgs, type ReleaseOptions } from "./release";
export { requireReady } from "./require-ready";
export { planBuilds, type Standing, survey, type SurveyArgs } from "./survey";
export type { Sealing } from "./credentials/sealed-credential";
export { SealedValues, type SealedValuesArgs } from "./credentials/sealed-values";
export { SecretReadiness, type SecretReadinessArgs } from "./credentials/secret-readiness";
export { SlipwayProvider, type SlipwayProviderArgs } from "./slipway-provider";
export { readRelease, type StackRelease } from "./stack-release";
export { outputsOf } from "./stack-outputs";
export {
  type AutoscalerBounds,
  type Endpoint,
  type UsedCredential,
  Workload,
  type WorkloadArgs,
} from "./workload";
