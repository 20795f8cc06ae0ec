import { atATime } from "../provider/cluster/at-a-time.ts";
import { SlipwayProvider } from "../provider/slipway.ts";
import type { NamespaceState } from "../contract/namespace-state.ts";
import type { PodChanges } from "../contract/pod-changes.ts";
import { FUNCTIONS, RESOURCES } from "../contract/tokens.ts";
import { clusterSettingOf } from "./cluster-setting.ts";
import { CommandFailure } from "./exit-code.ts";
import { type HandedOffOutput, handOffIn } from "./handed-off.ts";
import { type KnownRelease, knownReleases } from "./known-release.ts";
import { remark } from "./options.ts";
import { questionOf } from "./preview/live-pods.ts";
import { isDeployment } from "./preview/service.ts";
import type { Step } from "./preview/step.ts";
import type { EngineState } from "./recover/engine-state.ts";
import type { ProjectStack } from "./project-stack.ts";

/** Long enough for a namespace that nothing holds up. */
const ASK_MILLISECONDS = 10_000;

/** Looks at a time: each has a connection of its own to the API server. */
const TOGETHER = 16;

/** What the cluster shows. */
export interface LiveLook {
  readonly known: readonly KnownRelease[];
  /** What holds up the end of the namespace, undefined if it is not being deleted. */
  readonly end: string | undefined;
}

/**
 * Judges releases by what the cluster shows now, as a refresh does, and writes nothing. What is found of those that
 * are not ready goes to standard error.
 *
 * @throws CommandFailure if the cluster is unreachable
 */
export async function lookAtCluster(
  stack: ProjectStack,
  namespace: string,
  known: readonly KnownRelease[],
): Promise<LiveLook> {
  return withProvider(stack, async (provider) => {
    const end = await endOf(provider, namespace);
    return { known: await atATime(TOGETHER, known, (each) => look(provider, each)), end };
  });
}

/**
 * What becomes of the pods of Deployments that a preview changes, by URN. Nothing is known of those that the cluster
 * does not show.
 */
export async function lookAtPods(
  stack: ProjectStack,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, PodChanges>> {
  const questions = steps.filter(isDeployment).flatMap((step) => {
    const asked = questionOf(step);
    return asked === undefined ? [] : [{ urn: step.urn, asked }];
  });
  if (questions.length === 0) {
    return new Map();
  }
  const looks = withProvider(stack, (provider) =>
    atATime(TOGETHER, questions, async ({ urn, asked }) => {
      // The inputs of a Deployment say something without it.
      const found = await provider
        .invoke(FUNCTIONS.podChanges, { ...asked })
        .catch(() => undefined);
      return found === undefined ? [] : [[urn, found as unknown as PodChanges] as const];
    }),
  );
  const answers = await looks.catch(() => []);
  return new Map(answers.flat());
}

/** Tells what holds up the end of a namespace, again whenever that is something else, until the work is done. */
export async function tellingOfEnd<T>(
  stack: ProjectStack,
  namespace: string,
  tell: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  return withProvider(stack, async (provider) => {
    let told: string | undefined;
    const tellNews = async () => {
      // A remark that cannot be made ends no work.
      const end = await endOf(provider, namespace).catch(() => undefined);
      if (end !== undefined && end !== told) {
        tell((told = end));
      }
    };
    const timer = setInterval(() => void tellNews(), ASK_MILLISECONDS);
    return work().finally(() => {
      clearInterval(timer);
    });
  });
}

/** What has become of a hand-off, by a look at the controller and the repository; undefined if the stack hands nothing off. */
export async function lookAtHandOff(
  stack: ProjectStack,
  handOff: EngineState,
): Promise<HandedOffOutput | undefined> {
  const resource = (handOff.resources ?? []).find(({ type }) => type === RESOURCES.HandOff);
  if (resource === undefined) {
    return undefined;
  }
  const { urn, id = "", inputs = {}, outputs = {} } = resource;
  return withProvider(stack, async (provider) => {
    const subject = { urn, type: RESOURCES.HandOff, name: stack.name, log: LOG };
    const found = await provider.read(subject, { id, inputs, outputs });
    return handOffIn({ resources: found ? [{ ...resource, outputs: found.outputs }] : [] });
  });
}

async function withProvider<T>(
  stack: ProjectStack,
  work: (provider: SlipwayProvider) => Promise<T>,
): Promise<T> {
  const { kubeconfig, context } = await clusterSettingOf(stack);
  const config = { kubeconfig, context };
  const provider = new SlipwayProvider();
  const { failures = [] } = await provider.checkConfig(config, config);
  if (failures.length > 0) {
    throw new CommandFailure(failures.map(({ reason }) => reason).join("; "));
  }
  provider.configure(config);
  try {
    return await work(provider);
  } finally {
    provider.cancel();
    provider.close();
  }
}

async function endOf(provider: SlipwayProvider, namespace: string): Promise<string | undefined> {
  const { end } = (await provider.invoke(FUNCTIONS.namespaceState, {
    namespace,
  })) as NamespaceState;
  return end && `${end.told}; ${end.remedy}`;
}

async function look(provider: SlipwayProvider, known: KnownRelease): Promise<KnownRelease> {
  const { urn, id = "", inputs = {}, outputs = {} } = known.resource;
  const subject = { urn, type: RESOURCES.Readiness, name: known.service, log: LOG };
  const found = await provider.read(subject, { id, inputs, outputs });
  const resources = found === undefined ? [] : [{ ...known.resource, outputs: found.outputs }];
  const [seen = known] = knownReleases({ resources });
  return { ...seen, foundAt: new Date().toISOString() };
}

const LOG = { info: ignore, status: ignore, warn: remark, error: remark };

function ignore(): void {
  // Nobody follows the progress of a look.
}
