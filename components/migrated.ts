import * as pulumi from "@pulumi/pulumi";

import type { DeploymentIdentity } from "../contract/readiness.ts";
import type { Halt } from "../contract/migration.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { keyOf, migrationJob, migrationSeconds } from "./manifests/migration.ts";
import { Migration } from "./migration.ts";
import { workloadKindOf } from "./service/kinds.ts";
import type { ProcessText } from "./service/process.ts";
import type { Service } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** What a service's migration follows from. */
export interface MigratingArgs {
  readonly service: Service;
  readonly image: pulumi.Input<string>;
  /** What its pods need when they start; so do those of its migration. */
  readonly needs: readonly pulumi.Resource[];
  /** @default - needed for a service that has migrations */
  readonly provider?: SlipwayProvider;
}

/** What is known of a service's objects once they are declared. */
export interface Declared {
  readonly deployment: pulumi.Output<DeploymentIdentity>;
  readonly endpoint: pulumi.Output<Endpoint>;
}

/** What migrates a service's database, undefined if nothing does. */
export function declareMigration(
  name: string,
  { service, image, needs, provider }: MigratingArgs,
  child: pulumi.CustomResourceOptions,
): Migration | undefined {
  const { migrate, namespace, verdict } = service;
  if (migrate === undefined) {
    return undefined;
  }
  const { warmupSeconds, tolerate, logs } = verdict;
  const args = {
    ...{ service: service.name, namespace, kind: workloadKindOf(service), image },
    command: migrate.command.map(wordOf).join(" "),
    key: keyOf(image, migrate),
    job: migrationJob(service, migrate, image),
    timeoutSeconds: migrationSeconds(migrate),
    back: migrate.back ?? "keep",
    ...{ warmupSeconds, tolerate, logs },
  };
  if (provider === undefined) {
    throw new Error(`${service.name} has migrations; give its workload a SlipwayProvider`);
  }
  return new Migration(name, args, { ...child, provider, aliases: [], dependsOn: [...needs] });
}

/**
 * Declares the rest of a service once its migration has ended well. After a failure it is not declared at all: the engine leaves what
 * a run that fails does not mention as it is.
 */
export function onceMigrated(
  migration: Migration | undefined,
  args: MigratingArgs,
  declare: () => Declared,
): Declared {
  // A preview shows what will be there after the migration.
  if (migration === undefined || pulumi.runtime.isDryRun()) {
    return declare();
  }
  const declared = pulumi.output(
    ended(migration, args).then((halt) => (halt === null ? declare() : standing(args, halt))),
  );
  return {
    deployment: declared.apply(({ deployment }) => deployment),
    endpoint: declared.apply(({ endpoint }) => endpoint),
  };
}

/**
 * How a migration has ended: null if well.
 *
 * @throws RunError if a run for other targets has left it out
 */
function ended(migration: Migration, { service, image }: MigratingArgs): Promise<Halt | null> {
  const { migrate } = service;
  return new Promise((resolve, reject) => {
    const wanted = migrate && keyOf(image, migrate);
    pulumi.all([migration.key, wanted, migration.result]).apply(([key, asked, result]) => {
      if (key === asked) {
        resolve(result.halt ?? null);
      } else {
        reject(leftOut(service));
      }
    });
  });
}

function leftOut({ name }: Service): pulumi.RunError {
  return new pulumi.RunError(
    `slipway:services.${name}.migrate: the migration of its image has not run, because --target leaves it out; allowed: no target, or --target-dependents with one of its Migration`,
  );
}

/** What is there of a service whose migration has failed. */
function standing({ service }: MigratingArgs, { uid, generation }: Halt): Declared {
  const { name } = service;
  const kind = workloadKindOf(service);
  const deployment = {
    ...{ name, uid: uid ?? NOTHING, generation },
    ...(kind !== "Deployment" && { kind }),
  };
  return { deployment: pulumi.output(deployment), endpoint: endpointOf(service, undefined) };
}

/** In the place of the uid of what does not exist. */
const NOTHING = "none";

function wordOf(word: ProcessText): string {
  return typeof word === "object" ? word.expand : word;
}
