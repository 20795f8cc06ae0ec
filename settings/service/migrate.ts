import {
  MIGRATE_NUMBERS,
  type MigrateDefinition,
  migrationName,
  type WithMigration,
} from "../../components/service/migrate.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { BACK } from "../../contract/migration-key.ts";
import { shapeOf } from "../../contract/field.ts";
import { dialect } from "../dialect.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { words } from "./process-shape.ts";

/** The form of what migrates a service's database. */
export const migrateShape = {
  migrate: field
    .mapping(
      {
        command: words,
        ...shapeOf(MIGRATE_NUMBERS, dialect),
        back: field.oneOf(...BACK).exactOptional(),
      } satisfies ShapeOf<MigrateDefinition>,
      "a mapping with command, such as {command: [/app/migrate, up]}, and as needed timeoutSeconds and back",
    )
    .exactOptional(),
} satisfies ShapeOf<WithMigration>;

/** The network policy of a migration has a name of its own, which no service may have; and nothing is no program. */
export function migrateFaults(name: string, services: Mapping): Fault[] {
  const own = migrationName(name);
  const { command } = fieldsOf(fieldsOf(services[name])["migrate"]);
  const [program] = Array.isArray(command) ? (command as unknown[]) : [];
  const isTaken = fieldsOf(services[name])["migrate"] !== undefined && own in services;
  const text = `allowed: none beside a service that is called ${own}, because the network policy of its migrations is called so; rename that service`;
  return [
    ...faultIf(isTaken, ["migrate"], text),
    ...faultIf(
      typeof program === "string" && program.trim() === "",
      ["migrate", "command", 0],
      got(program, "allowed: the path of a program in the image, such as /app/migrate"),
    ),
  ];
}
