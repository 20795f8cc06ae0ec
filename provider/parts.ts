import type { ProviderConfig } from "../contract/provider-config.ts";
import { FUNCTIONS, RESOURCES } from "../contract/tokens.ts";
import type { Properties } from "../wire/plugin.ts";
import { AccessProof } from "./access-proof.ts";
import { Cluster } from "./cluster.ts";
import { KubeconfigApi } from "./cluster/api.ts";
import { gateStatements } from "./gate-statements.ts";
import { holdAutoscaler } from "./held-autoscaler.ts";
import { HandOff } from "./hand-off.ts";
import { ImageBuild } from "./image-build.ts";
import { LentSecrets } from "./image-build/lent-secrets.ts";
import { ImageCopy } from "./image-copy.ts";
import { imageDigests } from "./image-digests.ts";
import { ImagePlatformsAnswer } from "./image-platforms.ts";
import { keepAnnotations } from "./kept-annotations.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import { LaneGuard } from "./lane-guard.ts";
import { Judgements } from "./member/judgements.ts";
import { MemberProof } from "./member-proof.ts";
import { migrationResource } from "./migration.ts";
import { namespaceState } from "./namespace-state.ts";
import { ObjectReadiness } from "./object-readiness.ts";
import { tryObjects } from "./object-trial.ts";
import { podChanges } from "./pod-changes.ts";
import { Readiness } from "./readiness.ts";
import { type Lookup, Registry } from "./registry/registry.ts";
import { releaseLooks } from "./release-looks.ts";
import type { Resource, Run } from "./resource.ts";
import { SealedValues } from "./sealed-values.ts";
import { SecretReadiness } from "./secret-readiness.ts";
import { policyInForce } from "./policy-look.ts";
import { servedKinds } from "./served-kinds.ts";
import { EXTERNAL_SECRET } from "./secret-readiness/external.ts";
import { SEALED_SECRET } from "./secret-readiness/sealed.ts";
import { volumeClaims } from "./volume-claims.ts";
import { type AwaitedType, awaitedResource } from "./waiting/resource.ts";

/** Makes the connection to a cluster. */
export type Connect = (config: ProviderConfig, secrets: KnownSecrets) => Cluster;

/** What the provider has, by token. */
export interface Parts {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly functions: Readonly<Record<string, Answer>>;
}

/** How the provider is used. */
interface Mode {
  /** Whether the stack's state has it already. */
  readonly isInState: () => boolean;
  /** Whether a controller applies what the stack declares. */
  readonly handsOff: () => boolean;
}

type Answer = (args: Properties) => Promise<Properties>;

/** Connects by the kubeconfig. */
export const connectByKubeconfig: Connect = (config, secrets) =>
  new Cluster(new KubeconfigApi(config), secrets);

/** All that the provider has. */
export function partsOf(run: Run, secrets: KnownSecrets, { isInState, handsOff }: Mode): Parts {
  const { cluster, signal } = run;
  const unlessHandedOff =
    (answer: Answer): Answer =>
    (args) =>
      handsOff() ? Promise.resolve(args) : answer(args);
  const awaited = (type: AwaitedType) => awaitedResource(type, signal);
  const registries: (...login: Parameters<Lookup>) => Registry = (login) =>
    new Registry(login, signal);
  const judgements = new Judgements();
  const lent = new LentSecrets(secrets);
  const platforms = new ImagePlatformsAnswer(registries, () => cluster().api, signal);
  return {
    resources: {
      [RESOURCES.AccessProof]: new AccessProof(run),
      [RESOURCES.HandOff]: new HandOff(run, registries),
      [RESOURCES.ImageBuild]: new ImageBuild(registries, lent, secrets, signal),
      [RESOURCES.ImageCopy]: new ImageCopy(registries),
      [RESOURCES.LaneGuard]: new LaneGuard(run),
      [RESOURCES.MemberProof]: awaited(new MemberProof(run, judgements)),
      [RESOURCES.Migration]: migrationResource(run),
      [RESOURCES.Readiness]: awaited(new Readiness(run, judgements)),
      [RESOURCES.ObjectReadiness]: awaited(new ObjectReadiness(run)),
      [RESOURCES.SealedValues]: new SealedValues(run, secrets),
      [RESOURCES.SecretReadiness]: awaited(new SecretReadiness(SEALED_SECRET, run)),
      [RESOURCES.ExternalSecretReadiness]: awaited(new SecretReadiness(EXTERNAL_SECRET, run)),
    } satisfies Record<(typeof RESOURCES)[keyof typeof RESOURCES], Resource>,
    functions: {
      [FUNCTIONS.gateStatements]: (args) => gateStatements(args, registries, signal),
      [FUNCTIONS.holdAutoscaler]: unlessHandedOff((args) =>
        holdAutoscaler(args, cluster().api, signal),
      ),
      [FUNCTIONS.keepAnnotations]: unlessHandedOff((args) =>
        keepAnnotations(args, cluster(), signal),
      ),
      [FUNCTIONS.imageDigests]: (args) => imageDigests(args, registries),
      [FUNCTIONS.imagePlatforms]: (args) => platforms.answer(args),
      [FUNCTIONS.lendSecrets]: (args) => Promise.resolve(lent.lend(args)),
      [FUNCTIONS.namespaceState]: async (args) => ({
        ...(await namespaceState(cluster().api, String(args["namespace"]), signal)),
      }),
      [FUNCTIONS.podChanges]: (args) => podChanges(args, cluster(), signal),
      [FUNCTIONS.releaseLooks]: (args) => releaseLooks(args, cluster().api, signal),
      [FUNCTIONS.servedKinds]: async (args) => ({
        ...(await servedKinds(args, cluster().api, signal)),
      }),
      [FUNCTIONS.volumeClaims]: (args) => volumeClaims(args, cluster().api, signal),
      [FUNCTIONS.policyInForce]: async (args) => ({
        ...(await policyInForce(args, cluster().api, signal)),
      }),
      [FUNCTIONS.stackState]: () => Promise.resolve({ exists: isInState() }),
      [FUNCTIONS.tryObjects]: async (args) => ({
        ...(await tryObjects(args, cluster().api, signal)),
      }),
    } satisfies Record<(typeof FUNCTIONS)[keyof typeof FUNCTIONS], Answer>,
  };
}
