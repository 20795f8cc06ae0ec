import { z } from "zod";

import type { Registry } from "../components/image/registry.ts";
import { isRepository } from "../contract/image-reference.ts";
import type { ShapeOf } from "../contract/field.ts";
import { type Fault, faultIf } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import type { Surroundings } from "./surroundings.ts";

/** The setting that holds the registry's password. */
export const PASSWORD = "registryPassword";

/** How the password gets where it belongs. */
export const PASSWORD_REMEDY = `run pulumi config set --secret slipway:${PASSWORD}`;

const REPOSITORY = "a repository such as registry.example.com/team, without scheme, tag and digest";

/** A repository of images. */
export function repositorySchema(surroundings: Surroundings) {
  return field
    .expanded(surroundings, REPOSITORY)
    .pipe(field.ofRegistry(z.string().refine(isRepository, { error: `allowed: ${REPOSITORY}` })));
}

/** Where images are pushed to. */
export function registrySchema(surroundings: Surroundings) {
  return field.mapping(
    {
      repository: repositorySchema(surroundings),
      username: field.expanded(surroundings, "the name to log in with").exactOptional(),
      pullSecret: field.objectName.exactOptional(),
    } satisfies ShapeOf<Omit<Registry, "password">>,
    "repository, and as needed username and pullSecret",
  );
}

/** What is wrong between the registry and the rest of the settings. */
export function registryFaults(raw: Mapping): Fault[] {
  const { repository, username } = fieldsOf(raw["registry"]);
  const hasPassword = (raw[PASSWORD] ?? "") !== "";
  const built = Object.entries(fieldsOf(raw["services"])).flatMap(([name, service]) =>
    fieldsOf(service)["build"] === undefined ? [] : [name],
  );
  return [
    ...faultIf(
      raw["registry"] === undefined && built.length > 0,
      ["registry", "repository"],
      `missing; needed to push what is built for ${built.join(", ")}; set it to a repository such as registry.example.com/team`,
    ),
    ...faultIf(
      username !== undefined && !hasPassword,
      [PASSWORD],
      `missing; registry.username needs one; ${PASSWORD_REMEDY}`,
    ),
    ...faultIf(
      hasPassword && username === undefined && repository !== undefined,
      ["registry", "username"],
      `missing; ${PASSWORD} needs one; set the name to log in with`,
    ),
  ];
}
