import { ownerIn } from "../../components/image/shared-build.ts";
import { type Fault, got, unknownKey } from "../fault.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";

/** What is wrong with the services whose images others run. */
export function sharedBuildFaults(raw: Mapping): Fault[] {
  const services = fieldsOf(raw["services"]);
  const isPromoting = "promoteFrom" in raw;
  return Object.entries(services).flatMap(([name, service]) => {
    const of = ownerIn(fieldsOf(service));
    const text = of === undefined ? undefined : ownerFault(name, of, services, isPromoting);
    return text === undefined ? [] : [{ path: ["services", name, "build", "of"], text }];
  });
}

function ownerFault(
  name: string,
  of: string,
  services: Mapping,
  isPromoting: boolean,
): string | undefined {
  const others = Object.keys(services).filter((other) => other !== name);
  if (of === name) {
    return got(
      of,
      `allowed: a different service; set build.context, or of to one of ${others.join(", ")}`,
    );
  }
  if (!others.includes(of)) {
    return got(
      of,
      unknownKey(of, others, "add the service").replace(
        "unknown key; ",
        "there is no such service; ",
      ),
    );
  }
  const owner = fieldsOf(services[of]);
  const next = ownerIn(owner);
  if (next !== undefined) {
    const circle =
      next === name ? `it takes its image from ${name} again` : `it has none of its own`;
    const remedy = next === name ? `give one of them a build` : `write of: ${next}`;
    return got(of, `${circle}; allowed: a service with a build of its own; ${remedy}`);
  }
  const hasBuild = isPromoting || owner["build"] !== undefined;
  const remedy = `allowed: a service with a build of its own; set image of ${name} to the same image, or promote both`;
  return hasBuild ? undefined : got(of, `it has the image ${String(owner["image"])}; ${remedy}`);
}

/** The keys that a build has beside the service whose image it is. */
export function besideOwner({ of, ...others }: Mapping): Fault[] {
  const text = `allowed: of by itself, because the build of ${String(of)} says what is built; remove it, or remove of`;
  return Object.keys(others).map((key) => ({ path: [key], text: got(others[key], text) }));
}
