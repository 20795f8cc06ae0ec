import * as pulumi from "@pulumi/pulumi";

import type { ReleaseLooks } from "../../contract/release-looks.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import { askProvider, askRegistries, askStatements } from "../ask-provider.ts";
import { byName } from "../by-name.ts";
import { faultsError } from "../faults-error.ts";
import type { GroupsDefinition } from "../group/definition.ts";
import type { ImageSource } from "../image/image.ts";
import type { Registry } from "../image/registry.ts";
import { gateReference } from "../../contract/image-reference.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import type { Promotion, ToBePromoted } from "./definition.ts";
import { groupReasons } from "./groups.ts";
import { type ReadRecord, readRecord } from "./record.ts";
import { gateOf } from "./gates.ts";
import { type RegistryAnswers, registryFinding, ruleReasons } from "./rules.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";
import { outputOf } from "../stack-release.ts";

/** Inputs of {@link promote}. */
export interface PromotionArgs {
  /** By name. A service with an image of its own is left as it is. */
  readonly services: Readonly<Record<string, (ImageSource | ToBePromoted) & ServiceDefinition>>;
  /** @default - no service waits for an image */
  readonly promoteFrom: Promotion | undefined;
  /** Where this stack keeps its images: its login is used for that registry. */
  readonly registry: Registry | undefined;
  /**
   * The groups of this stack: one is promoted as a whole, or not at all.
   * @default - none
   */
  readonly groups?: GroupsDefinition | undefined;
  readonly provider: SlipwayProvider;
}

/**
 * Finds out what the services of a promoting stack are to run: the images that the other stack has proved. Nothing but
 * the image and what it was built from is taken from there.
 *
 * @throws RunError with every reason not to promote, before anything is changed
 */
export async function promote({
  services,
  promoteFrom,
  ...args
}: PromotionArgs): Promise<Record<string, ImageSource & ServiceDefinition>> {
  const proved = promoteFrom === undefined ? {} : await provedRecords(promoteFrom, services, args);
  return byName(services, (name, service) => {
    if (!isWaiting(service)) {
      return service;
    }
    const found = proved[name];
    if (found === undefined) {
      throw new Error(`no stack to promote ${name} from`);
    }
    const { image, commit, dirty } = found.record;
    const shared = found.of !== undefined && { of: found.of };
    return {
      ...service,
      promoted: image,
      origin: { commit: commit ?? undefined, dirty },
      ...shared,
      ...(found.gates.length > 0 && { gates: found.gates }),
    };
  });
}

function isWaiting<Service extends object>(
  service: Service | undefined,
): service is Extract<Service, ToBePromoted> {
  return service !== undefined && "promote" in service;
}

/** A record that may be promoted, the service whose image it is, unless it is its own, and the gates that it has passed. */
type Proved = Pick<Required<ReadRecord>, "record"> &
  Pick<ReadRecord, "of"> & { readonly gates: readonly PassedGate[] };

async function provedRecords(
  promotion: Promotion,
  services: PromotionArgs["services"],
  { registry, groups = {}, provider }: Pick<PromotionArgs, "registry" | "groups" | "provider">,
): Promise<Record<string, Proved>> {
  const producer = fullName(promotion.stack);
  const releases = await outputOf(new pulumi.StackReference(producer), "releases");
  const names = Object.keys(services);
  const read = Object.entries(services).flatMap(([name, service]) =>
    isWaiting(service)
      ? [readRecord(releases, { name, of: service.of, services: names }, promotion)]
      : [],
  );
  const records = read.flatMap(({ name, record }) =>
    record === undefined ? [] : [{ name, record }],
  );
  const [answers, looks] = await Promise.all([
    askOf(read, promotion, { registry, provider }),
    lookAt(records, provider),
  ]);
  const members = byName(services, (name, service) => {
    const record = read.find((each) => each.name === name)?.record;
    return { isPromoted: isWaiting(service), ...(record && { record }) };
  });
  const now = Date.now();
  const judged = read.map(({ name, faults, record, isPlaced, of }) => {
    if (record === undefined) {
      return { name, reasons: faults };
    }
    const rules = ruleReasons(name, record, promotion, now, looks[name]);
    const { reasons, gates } =
      isPlaced && answers !== undefined
        ? registryFinding(name, record, promotion, answers, now)
        : { reasons: [], gates: [] };
    const proved = { record, gates, ...(of !== undefined && { of }) };
    return { name, reasons: [...faults, ...rules, ...reasons], proved };
  });
  const own = judged.flatMap((each) => each.reasons);
  const reasons = [...own, ...groupReasons(groups, members, promotion)];
  if (reasons.length > 0) {
    throw refusal(producer, reasons);
  }
  return Object.fromEntries(judged.flatMap(({ name, proved }) => (proved ? [[name, proved]] : [])));
}

/** What the registries have of the images, and what is said of them there; undefined where nobody can be asked. */
async function askOf(
  read: readonly ReadRecord[],
  { gates }: Promotion,
  { registry, provider }: Pick<PromotionArgs, "registry" | "provider">,
): Promise<RegistryAnswers | undefined> {
  const images = read.flatMap(({ record, isPlaced }) =>
    record !== undefined && isPlaced ? [record.image] : [],
  );
  const asked = gates.map(gateOf);
  const references = images.flatMap((image) => [
    image,
    ...asked.map(({ name }) => gateReference(image, name)),
  ]);
  const keys = asked.flatMap(({ signedBy = [] }) =>
    signedBy.map(({ fingerprint, pem }) => ({ fingerprint, pem })),
  );
  const [found, statements] = await Promise.all([
    askRegistries(references, registry, provider),
    askStatements(asked.length > 0 ? [...new Set(images)] : [], keys, registry, provider),
  ]);
  return found && statements && { found, statements };
}

/** What the other stack's pods show now, as far as they are in this stack's cluster and may be looked at. */
async function lookAt(
  records: readonly { readonly name: string; readonly record: Partial<ReleaseRecord> }[],
  provider: SlipwayProvider,
): Promise<ReleaseLooks> {
  const releases = records.flatMap(({ name, record: { namespace, digest, pods = [] } }) => {
    const own = pods.map((pod) => ({ name: pod.name, readyAt: pod.readyAt }));
    return namespace !== undefined && own.length > 0
      ? [[name, { namespace, digest, pods: own }] as const]
      : [];
  });
  if (releases.length === 0) {
    return {};
  }
  const args = { releases: Object.fromEntries(releases) };
  return (await askProvider("releaseLooks", args, provider)).looks ?? {};
}

/** The name of a stack as a StackReference takes it. */
function fullName(stack: string): string {
  return stack.includes("/")
    ? stack
    : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

function refusal(producer: string, reasons: readonly string[]): pulumi.RunError {
  const [only = "", ...others] = reasons;
  if (others.length === 0) {
    return new pulumi.RunError(`not promoted from ${producer}: ${only}`);
  }
  return faultsError(reasons, `reasons not to promote from ${producer}`);
}
