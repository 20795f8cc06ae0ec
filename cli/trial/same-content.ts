import { planBuild } from "../../components/image/build-plan.ts";
import { expand } from "../../settings/surroundings.ts";
import { fieldsOf } from "../../settings/mapping.ts";
import { remark } from "../options.ts";
import { registryOf } from "../registry-access.ts";
import type { Pool } from "./pool.ts";
import type { TrialSettings } from "./settings.ts";

/** An image that a service runs whatever its build would make. */
interface Pinned {
  readonly image: string;
  readonly commit?: string;
  readonly dirty?: true;
}

/**
 * The images of the tried stack for the services whose content is the same: they are built by nobody. Where both have one repository the
 * program finds them by itself.
 */
export async function sameContent(
  pool: Pool,
  { tried, read }: TrialSettings,
): Promise<Readonly<Record<string, Pinned>>> {
  const repository = repositoryOf(tried.own["registry"], pool);
  if (repository === undefined || repository === read.registry?.repository) {
    return {};
  }
  const registry = await registryOf(pool.stack);
  const found = await Promise.all(
    Object.entries(read.services).map(async ([name, service]) => {
      if (!("build" in service) || "of" in service.build) {
        return [];
      }
      const { tag, source } = planBuild(name, service.build);
      const image = `${repository}/${name}`;
      const digest = await registry.digest(`${image}:${tag}`).catch((error: unknown) => {
        remark(`${name}: whether ${image} has its content is not known: ${String(error)}`);
        return undefined;
      });
      const { commit, dirty } = source;
      const pin = {
        image: `${image}@${digest ?? ""}`,
        ...(commit && { commit }),
        ...(dirty && { dirty }),
      };
      return digest === undefined ? [] : [[name, pin] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

function repositoryOf(registry: unknown, { surroundings }: Pool): string | undefined {
  const { repository } = fieldsOf(registry);
  const expanded =
    typeof repository === "string" ? expand(repository, surroundings) : { unset: [] };
  return "text" in expanded ? expanded.text : undefined;
}
