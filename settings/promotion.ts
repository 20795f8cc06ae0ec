import { z } from "zod";

import type { ImageSource, Origin } from "../components/image/image.ts";
import type { Promotion, ToBePromoted } from "../components/promotion/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { duration } from "./duration.ts";
import { type Fault, got } from "./fault.ts";
import * as field from "./fields.ts";
import { type Mapping, mapping } from "./mapping.ts";
import { pinnedImage, type ServiceForm } from "./service.ts";
import type { Surroundings } from "./surroundings.ts";

const STACK = /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/;

const stack = field.text(
  STACK,
  "the name of a stack of this project such as dev, or organization/project/stack",
);

/** A promotion as the settings have it. */
type Written = Pick<Promotion, "stack"> &
  Partial<Pick<Promotion, "gates">> & { readonly soak?: Promotion["soakSeconds"] };

/** What a stack is promoted from: the name of the other stack, or that with what is asked of its releases. */
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
    if (typeof value === "string") {
      return { stack: value, soakSeconds: 0, gates: [] };
    }
    const { soak = 0, gates = [] } = value;
    return { stack: value.stack, soakSeconds: soak, gates };
  });

/** The images that services are held at, by the services' names. */
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

/** The settings as they count: an empty text is no promotion, and a promoting stack has no use for a way to build. */
export function asPromoted(raw: Mapping): Mapping {
  const { promoteFrom, ...others } = raw;
  if (promoteFrom === undefined || promoteFrom === "") {
    return others;
  }
  const services = mapping(raw["services"]);
  if (services === undefined) {
    return raw;
  }
  const kept = Object.entries(services).map(([name, service]) => {
    const known = mapping(service);
    if (known === undefined) {
      return [name, service];
    }
    return [name, Object.fromEntries(Object.entries(known).filter(([key]) => key !== "build"))];
  });
  return { ...raw, services: Object.fromEntries(kept) as Mapping };
}

/** A pin of a service that the stack does not have. */
export function pinFaults(raw: Mapping): Fault[] {
  const services = Object.keys(mapping(raw["services"]) ?? {});
  return Object.keys(mapping(raw["pins"]) ?? {})
    .filter((name) => !services.includes(name))
    .map((name) => ({
      path: ["pins", name],
      text: got(name, `allowed: one of ${services.join(", ")}; run npx slipway unpin`),
    }));
}

/** Where a service's image comes from: a pin goes before everything else. */
export function sourceOf(
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
