import type { Command } from "commander";

import { digestOf, gateReference } from "../../contract/image-reference.ts";
import { GATE, KEY_OPTION, type KeyOptions } from "./options.ts";
import { print, remark, SERVICE, type ServiceOptions, stackCommand } from "../options.ts";
import { ProjectStack } from "../project-stack.ts";
import { shortDigest } from "../words.ts";
import { builderOf, personOf } from "./origin.ts";
import { type Publication, publish, type PublishedTo } from "./publish.ts";
import { statementOf } from "./statement.ts";
import { registryFor, releasedIn } from "./target.ts";

interface Options extends ServiceOptions, KeyOptions {
  readonly by?: string;
  readonly reason?: string;
}

const HELP = `
A statement about the image's digest is attached to it in its registry, and the image gets a tag. Without --key nobody signs it,
so that whoever may push to the repository may pass its gates. A different image of the service has to pass again.

Examples:
  $ npx slipway gate pass acceptance --stack dev --service shop
  $ npx slipway gate pass approved --stack dev --reason "tried by hand" --key cosign.key`;

/** `slipway gate pass`: what a person says of an image. */
export function passCommand(): Command {
  return stackCommand(
    "pass",
    "Records that the image of a service's release has passed a gate.",
    HELP,
  )
    .addArgument(GATE())
    .option(...SERVICE)
    .option(
      "--by <name>",
      "who says so; by default whom the pipeline names, git's user, or the account",
    )
    .option("--reason <text>", "why")
    .option(...KEY_OPTION)
    .action(pass);
}

async function pass(gate: string, options: Options): Promise<void> {
  const stack = await ProjectStack.open(options.stack);
  const target = await releasedIn(stack, options.service);
  const { image, of } = target;
  const by = options.by ?? (await personOf(process.env));
  const builder = builderOf(process.env);
  const fields = {
    gate,
    result: "passed" as const,
    finishedAt: new Date().toISOString(),
    by,
    service: of.service,
    ...(of.commit !== null && { commit: of.commit, dirty: of.dirty }),
    ...(options.reason !== undefined && { reason: options.reason }),
    ...(builder !== undefined && { builder }),
  };
  const statement = statementOf({ image, kind: "summary", fields });
  const publication = { image, gate, hasPassed: true, statement, key: options.key };
  const registry = await registryFor(target);
  const published = await passed(publication, registry);
  const { service } = of;
  const tag = gateReference(image, gate);
  print(
    options,
    { stack: stack.name, service, gate, image, tag, by, ...published },
    `${service}: ${shortDigest(digestOf(image) ?? "")} has passed ${gate} (${tag})`,
  );
}

/** Where a registry keeps nothing but images, the tag is what there was before: it counts if nothing more is asked. */
export async function passed(
  publication: Publication,
  registry: PublishedTo,
): Promise<{ readonly statement?: string }> {
  const { image, gate, key } = publication;
  try {
    return await publish(publication, registry);
  } catch (error) {
    if (key !== undefined) {
      throw error;
    }
    await registry.copy(image, gateReference(image, gate));
    remark(
      `warning: the statement cannot be attached: ${(error as Error).message}; the tag alone counts only where nothing is asked of signer, age or kind`,
    );
    return {};
  }
}
