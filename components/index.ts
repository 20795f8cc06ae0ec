export { type Build, Image, type ImageArgs, type ImageSource, type Registry } from "./image";
export type {
  Autoscale,
  EgressRule,
  IngressDefinition,
  Resources,
  SecretKey,
  Service,
  ServiceDefinition,
} from "./manifests/definition";
export { complete, type Place } from "./manifests/complete";
export { Namespace } from "./namespace";
export { Readiness, type ReadinessArgs } from "./readiness";
export { Release, type ReleaseArgs, type ReleaseOptions } from "./release";
export { SlipwayProvider, type SlipwayProviderArgs } from "./slipway-provider";
export { type Endpoint, Workload, type WorkloadArgs } from "./workload";
