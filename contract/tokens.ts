/** Type tokens of the components: groups of resources, and no objects by themselves. */
export const COMPONENTS = {
  Credential: "slipway:index:Credential",
  ExistingNamespace: "slipway:index:ExistingNamespace",
  Extra: "slipway:index:Extra",
  Image: "slipway:index:Image",
  JenkinsAccess: "slipway:index:JenkinsAccess",
  Lane: "slipway:index:Lane",
  Manifests: "slipway:index:Manifests",
  Policy: "slipway:index:Policy",
  Release: "slipway:index:Release",
  TrialPool: "slipway:index:TrialPool",
  Workload: "slipway:index:Workload",
} as const;

/** Type tokens of the custom resources, which Slipway's own provider serves. */
export const RESOURCES = {
  AccessProof: "slipway:index:AccessProof",
  ExternalSecretReadiness: "slipway:index:ExternalSecretReadiness",
  HandOff: "slipway:index:HandOff",
  ImageBuild: "slipway:index:ImageBuild",
  ImageCopy: "slipway:index:ImageCopy",
  LaneGuard: "slipway:index:LaneGuard",
  MemberProof: "slipway:index:MemberProof",
  Migration: "slipway:index:Migration",
  ObjectReadiness: "slipway:index:ObjectReadiness",
  Readiness: "slipway:index:Readiness",
  SealedValues: "slipway:index:SealedValues",
  SecretReadiness: "slipway:index:SecretReadiness",
} as const;

/** Tokens of the functions that Slipway's own provider answers. */
export const FUNCTIONS = {
  gateStatements: "slipway:index:gateStatements",
  holdAutoscaler: "slipway:index:holdAutoscaler",
  keepAnnotations: "slipway:index:keepAnnotations",
  imageDigests: "slipway:index:imageDigests",
  imagePlatforms: "slipway:index:imagePlatforms",
  lendSecrets: "slipway:index:lendSecrets",
  namespaceState: "slipway:index:namespaceState",
  policyInForce: "slipway:index:policyInForce",
  podChanges: "slipway:index:podChanges",
  releaseLooks: "slipway:index:releaseLooks",
  servedKinds: "slipway:index:servedKinds",
  stackState: "slipway:index:stackState",
  volumeClaims: "slipway:index:volumeClaims",
  tryObjects: "slipway:index:tryObjects",
} as const;
