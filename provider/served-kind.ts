import { z } from "zod";
import type { ServedKind } from "../contract/served-kind.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError } from "./cluster/api-error.ts";
import { parsed } from "./input-schema.ts";

const asked = z.strictObject({ group: z.string(), version: z.string(), kind: z.string() });

const resources = z.object({ resources: z.array(z.object({ kind: z.string() })) });

const versions = z.object({ versions: z.array(z.object({ version: z.string() })) });

const NOT_FOUND = 404;

/**
 * The function `slipway:index:servedKind`: whether the API server serves a kind, whose definition an administrator installs.
 *
 * @returns nothing if it does, and if it does not say
 */
export async function servedKind(
  args: Properties,
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<ServedKind> {
  const { group, version, kind } = parsed(asked, args);
  const get = async (path: string): Promise<unknown> =>
    api.get(path, undefined, signal).catch((error: unknown) => {
      return error instanceof ApiError && error.status === NOT_FOUND ? MISSING : undefined;
    });
  const found = await get(`/apis/${group}/${version}`);
  const served = resources.safeParse(found).data?.resources;
  if (found !== MISSING && served?.some((each) => each.kind === kind) !== false) {
    return {};
  }
  const all = versions.safeParse(await get(`/apis/${group}`)).data?.versions ?? [];
  return { otherVersions: all.map((each) => each.version) };
}

/** The answer to a question for what the API server does not have. */
const MISSING = { resources: [] };
