export { type Approval, type ApprovedImage, readApproval, requireApproved } from "./approval.ts";
export { byName } from "./by-name.ts";
export { type Cluster, type ClusterProviders, connect, type RenderedTo } from "./cluster.ts";
export {
  AccessProof,
  type AccessProofArgs,
  type AccessProofIdentity,
} from "./lanes/access-proof.ts";
export {
  Credential,
  type CredentialArgs,
  type CredentialDefinition,
} from "./credentials/credential.ts";
export type { RandomText, ValueSource, ValueSources } from "./credentials/values.ts";
export {
  ExternalSecretReadiness,
  type ExternalSecretReadinessArgs,
} from "./credentials/external-secret-readiness.ts";
export {
  Image,
  type ImageArgs,
  type ComparedImage,
  type ImageSource,
  type Origin,
} from "./image/image.ts";
export { declareExtras, Extra, type ExtraArgs, type ExtraDefinition } from "./extra.ts";
export type { GroupsDefinition } from "./group/definition.ts";
export { Group, groupsOf } from "./group/group.ts";
export { type HandOffDefinition } from "./hand-off/definition.ts";
export { commitIn } from "./hand-off/source.ts";
export { HandOff, type HandOffArgs } from "./hand-off/hand-off.ts";
export { judged } from "./hand-off/judged.ts";
export { type HandOver, handOver, type HandOverArgs } from "./hand-off/hand-over.ts";
export { requireMode } from "./hand-off/require-mode.ts";
export { type Registry, loginTo } from "./image/registry.ts";
export type { BuildSecret, BuildxOptions } from "./image/buildx-options.ts";
export { ImageBuild, type ImageBuildArgs } from "./image/image-build.ts";
export type { Build, BuildPlan } from "./image/build-plan.ts";
export { byOwner, type SharedBuild } from "./image/shared-build.ts";
export type { FoundBuild } from "./image/found-build.ts";
export { ImageCopy, type ImageCopyArgs } from "./image/image-copy.ts";
export {
  JenkinsAccess,
  type JenkinsAccessArgs,
  type JenkinsOutputs,
  type LaneOutputs,
} from "./lanes/jenkins-access.ts";
export { Lane, type LaneArgs } from "./lanes/lane.ts";
export { LaneGuard, type LaneGuardArgs } from "./lanes/lane-guard.ts";
export type { CredentialFormat, JenkinsFormat, JenkinsOptions } from "./credentials/format.ts";
export type { Autoscale } from "./service/autoscale.ts";
export type { IngressDefinition, PathDefinition } from "./service/ingress.ts";
export type {
  EveryNodeDefinition,
  KindDefinition,
  Proof,
  Retention,
  RetentionPolicy,
  ScheduleDefinition,
  ScheduleHistory,
  StatefulDefinition,
} from "./service/kinds.ts";
export type { PortDefinition, ServiceObjectDefinition, Source } from "./service/ports.ts";
export type { ProbeDefinition, ProbeSet } from "./service/probes.ts";
export type { ParentDefinition, RouteDefinition } from "./service/route.ts";
export type { EgressRule, Service, ServiceDefinition } from "./service-definition.ts";
export type { InitContainer, Sidecar } from "./service/containers.ts";
export type { Resources } from "./service/resources.ts";
export type { ConfigMapKey, CredentialKey, SecretKey } from "./service/variables.ts";
export type { AccessMode, ClaimRequest, Volume } from "./service/volumes.ts";
export type { ProcessDefinition, ProcessText } from "./service/process.ts";
export type { RemoteValue, SecretStore } from "./credentials/external-secret.ts";
export { complete, type ServiceIdentity } from "./complete-service.ts";
export type { JenkinsDefinition, LaneDefinition, LaneName } from "./lanes/definition.ts";
export { type LanePlan, planLanes } from "./lanes/plan.ts";
export { Namespace, type NamespaceSettings } from "./namespace.ts";
export type { Gate, Promotion, SignerKey, ToBePromoted } from "./promotion/definition.ts";
export { promote, type PromotionArgs } from "./promotion/promotion.ts";
export {
  type AppliedObject,
  ObjectReadiness,
  type ObjectReadinessArgs,
} from "./object-readiness.ts";
export type { ComponentOptions } from "./providers.ts";
export { Readiness, type ReadinessArgs } from "./readiness.ts";
export { Release } from "./release.ts";
export type { ReleaseArgs } from "./release-args.ts";
export { type AllRendered, renderManifests, type RenderManifestsArgs } from "./rendered/all.ts";
export { ownObjects } from "./lanes/own-objects.ts";
export type { RenderedManifests } from "./rendered/render.ts";
export type { HookPlace, ManifestsDefinition, WithManifests } from "./service/manifests.ts";
export { requireKinds } from "./require-kinds.ts";
export { requireMonitoring } from "./require-monitoring.ts";
export { requireClaims, type RequiredClaims } from "./require-claims.ts";
export { type FoundNamespace, requireNamespace } from "./require-namespace.ts";
export { type PodSecurity, type RequiredPods, requirePods } from "./require-pods.ts";
export { holdProgram } from "./policy/hold-program.ts";
export { declarePolicy, Policy, type PolicyArgs } from "./policy/policy.ts";
export type { PolicyDefinition, Waiver } from "./policy/definition.ts";
export {
  type HeldPolicy,
  requirePolicy,
  type RequiredPolicy,
  waivedOf,
} from "./policy/require-policy.ts";
export { requireManifests, type RequiredManifests } from "./require-manifests.ts";
export { requireSelectors, type RequiredSelectors } from "./require-selectors.ts";
export { requireReady } from "./require-ready.ts";
export { planBuilds, type Standing, survey, type SurveyArgs } from "./survey.ts";
export type { Sealing } from "./credentials/sealed-credential.ts";
export { deliverPool } from "./trial/deliver-pool.ts";
export { type PoolDefinition, type PoolPlan, planPool } from "./trial/plan.ts";
export { TrialPool, type TrialPoolArgs } from "./trial/trial-pool.ts";
export type { TrialDefinition, TrialQuota } from "./trial/definition.ts";
export { silenceSdkTrace } from "./sdk-trace.ts";
export { SealedValues, type SealedValuesArgs } from "./credentials/sealed-values.ts";
export { SecretReadiness, type SecretReadinessArgs } from "./credentials/secret-readiness.ts";
export {
  SlipwayProvider,
  type SlipwayProviderArgs,
  type SlipwayResourceOptions,
} from "./slipway-provider.ts";
export { readRelease, type StackRelease } from "./stack-release.ts";
export { outputsOf } from "./stack-outputs.ts";
export type { AutoscalerBounds } from "./deliverer.ts";
export type { Endpoint } from "./endpoint.ts";
export { type UsedCredential, Workload, type WorkloadArgs } from "./workload.ts";
