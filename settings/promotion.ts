import { z } from "zod";

import { byName } from "../components/by-name.ts";
import type { ImageSource, Origin } from "../components/image/image.ts";
import type { Build } from "../components/image/build-plan.ts";
import { ownerIn, type SharedBuild } from "../components/image/shared-build.ts";
import type { Promotion, ToBePromoted } from "../components/promotion/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { duration } from "./duration.ts";
import { type Fault, faultIf, got, WITHIN } from "./fault.ts";
import * as field from "./fields.ts";
import { gatesSchema } from "./gates.ts";
import { fieldsOf, type Mapping, mapping } from "./mapping.ts";
import { repositorySchema } from "./registry.ts";
import type { Surroundings } from "./surroundings.ts";

const stack = field.text(
  /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/,
  "the name of a stack of this project such as dev, or organization/project/stack",
);

/** A promotion as the settings have it. */
type Written = Pick<Promotion, "stack"> &
  Partial<Pick<Promotion, "repository" | "gates">> & { readonly soak?: Promotion["soakSeconds"] };

/** A promotion before it is known where this stack has its own images. */
type Read = Omit<Promotion, "repository"> & Partial<Pick<Promotion, "repository">>;

/** What a stack is promoted from: another stack by name, with what its releases need as an option. */
export function promotionSchema(surroundings: Surroundings) {
  const repository = repositorySchema(surroundings);
  const what =
    "where that stack has its images: registry.example.com/team, or the repository of each by service";
  return z
    .union(
      [
        stack,
        field.mapping(
          {
            stack,
            repository: z
              .union([repository, field.named(field.label, repository, what)], {
                error: `allowed: ${what}`,
              })
              .exactOptional(),
            soak: duration.exactOptional(),
            gates: gatesSchema(surroundings).exactOptional(),
          } satisfies ShapeOf<Written>,
          "stack, and as needed repository, soak and gates",
        ),
      ],
      {
        error: ({ input }) =>
          mapping(input) === undefined
            ? "allowed: the name of a stack, or {stack: dev, repository: registry.example.com/team, soak: 1h, gates: [acceptance]}"
            : WITHIN,
      },
    )
    .transform((value): Read => {
      const written = typeof value === "string" ? { stack: value } : value;
      const { repository: place, soak = 0, gates = [] } = written as Written;
      return {
        stack: written.stack,
        soakSeconds: soak,
        gates,
        ...(place && { repository: place }),
      };
    });
}

/** A promotion that does not say where the other stack has its images. */
export function promotionFaults(raw: Mapping): Fault[] {
  const { repository, gates } = fieldsOf(raw["promoteFrom"]);
  const own = fieldsOf(raw["registry"])["repository"];
  const remedy =
    "without it, whoever writes that stack's state could bring an image, and gates, of its own; set it to that stack's registry.repository, such as registry.example.com/team";
  return faultIf(
    (raw["promoteFrom"] ?? "") !== "" &&
      repository === undefined &&
      (gates !== undefined || own === undefined),
    ["promoteFrom", "repository"],
    `missing; needed with gates, and in a stack without registry.repository: ${remedy}`,
  );
}

/** The promotion of a stack: without a word on it, the other one has its images where this one has its own. */
export function promotionOf(
  read: Read | undefined,
  registry: { readonly repository: string } | undefined,
): Promotion | undefined {
  return read && { repository: registry?.repository ?? {}, ...read };
}

/** The images that services are pinned at, by service. */
export function pinsSchema(surroundings: Surroundings) {
  const pin = field.mapping(
    {
      image: field.pinnedImage(surroundings),
      commit: field.text(/^[0-9a-f]{7,64}$/, "the id of a commit").exactOptional(),
      dirty: field.choice("whether its source had changes beside the commit").exactOptional(),
    } satisfies ShapeOf<{ readonly image: string } & Partial<Origin>>,
    "image, and as needed commit and dirty",
  );
  return field.named(z.string(), pin, "a mapping of pins by the services' names");
}

type Pins = z.output<ReturnType<typeof pinsSchema>>;

/** The settings as they count: an empty string is no promotion, and of `build` a promoting stack uses whose image it is. */
export function asPromoted(raw: Mapping): Mapping {
  const { promoteFrom, ...others } = raw;
  if (promoteFrom === undefined || promoteFrom === "") {
    return others;
  }
  const services = mapping(raw["services"]);
  if (services === undefined) {
    return raw;
  }
  const promoted = byName(services, (_, service) => {
    const isOwners =
      fieldsOf(service)["image"] === undefined && ownerIn(fieldsOf(service)) !== undefined;
    const kept = Object.entries(fieldsOf(service)).filter(([key]) => key !== "build" || isOwners);
    return mapping(service) === undefined ? service : Object.fromEntries(kept);
  });
  return { ...raw, services: promoted };
}

/** A pin of a service that the stack does not have. */
export function pinFaults(raw: Mapping): Fault[] {
  const services = Object.keys(fieldsOf(raw["services"]));
  const allowed = `allowed: one of ${services.join(", ")}; run npx slipway unpin`;
  return Object.keys(fieldsOf(raw["pins"])).flatMap((name) =>
    faultIf(!services.includes(name), ["pins", name], got(name, allowed)),
  );
}

/** Where a service's image comes from: a pin takes precedence. */
export function imageSourceOf(
  name: string,
  {
    build,
    image,
  }: { readonly build: Build | SharedBuild | undefined; readonly image: string | undefined },
  { pins = {}, promoteFrom }: { readonly pins?: Pins; readonly promoteFrom?: Read },
): ImageSource | ToBePromoted {
  const pin = pins[name];
  if (pin !== undefined) {
    const { commit, dirty = false } = pin;
    return { image: pin.image, origin: { commit, dirty } };
  }
  if (image !== undefined) {
    return { image };
  }
  const of = build && ownerIn({ build });
  if (promoteFrom !== undefined) {
    return { promote: true, ...(of !== undefined && { of }) };
  }
  if (build !== undefined) {
    return { build };
  }
  throw new Error("a service has neither build nor image");
}
