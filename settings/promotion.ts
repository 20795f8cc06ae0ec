import { z } from "zod";

import { byName } from "../components/by-name.ts";
import type { ImageSource, Origin } from "../components/image/image.ts";
import type { Promotion, ToBePromoted } from "../components/promotion/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { duration } from "./duration.ts";
import { type Fault, faultIf, got } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping, mapping } from "./mapping.ts";
import { pinnedImage, type ServiceForm } from "./service.ts";
import type { Surroundings } from "./surroundings.ts";

const stack = field.text(
  /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/,
  "the name of a stack of this project such as dev, or organization/project/stack",
);

/** A promotion as the settings have it. */
type Written = Pick<Promotion, "stack"> &
  Partial<Pick<Promotion, "gates">> & { readonly soak?: Promotion["soakSeconds"] };

/** What a stack is promoted from: another stack by name, with what its releases need as an option. */
export const promotionSchema = z
  .union(
    [
      stack,
      field.mapping(
        {
          stack,
          soak: duration.exactOptional(),
          gates: field
            .list(field.label, "a list of the gates that an image must have passed")
            .exactOptional(),
        } satisfies ShapeOf<Written>,
        "stack, and as needed soak and gates",
      ),
    ],
    {
      error: "allowed: the name of a stack, or {stack: dev, soak: 1h, gates: [acceptance]}",
    },
  )
  .transform((value): Promotion => {
    const written = typeof value === "string" ? { stack: value } : value;
    return { stack: written.stack, soakSeconds: written.soak ?? 0, gates: written.gates ?? [] };
  });

/** The images that services are pinned at, by service. */
export function pinsSchema(surroundings: Surroundings) {
  const pin = field.mapping(
    {
      image: pinnedImage(surroundings),
      commit: field.text(/^[0-9a-f]{7,64}$/, "the id of a commit").exactOptional(),
      dirty: field.choice("whether its source had changes beside the commit").exactOptional(),
    } satisfies ShapeOf<{ readonly image: string } & Partial<Origin>>,
    "image, and as needed commit and dirty",
  );
  return field.named(z.string(), pin, "a mapping of pins by the services' names");
}

type Pins = z.output<ReturnType<typeof pinsSchema>>;

/** The settings as they count: an empty string is no promotion, and a promoting stack does not use `build`. */
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
    const kept = Object.entries(fieldsOf(service)).filter(([key]) => key !== "build");
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
  { build, image }: { readonly [Key in "build" | "image"]: ServiceForm[Key] | undefined },
  { pins = {}, promoteFrom }: { readonly pins?: Pins; readonly promoteFrom?: Promotion },
): ImageSource | ToBePromoted {
  const pin = pins[name];
  if (pin !== undefined) {
    const { commit, dirty = false } = pin;
    return { image: pin.image, origin: { commit, dirty } };
  }
  if (image !== undefined) {
    return { image };
  }
  if (promoteFrom !== undefined) {
    return { promote: true };
  }
  if (build !== undefined) {
    return { build };
  }
  throw new Error("a service has neither build nor image");
}
