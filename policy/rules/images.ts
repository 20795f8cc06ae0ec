import { faultOf, literal, quoted } from "./cel.ts";
import { WITH_PODS } from "./kinds.ts";
import type { Rule } from "./rule.ts";

const IMAGE = 'c.?image.orValue("")';
const got = (allowed: string) =>
  `"container " + c.?name.orValue("without a name") + ": got image " + ${quoted(IMAGE)} + ${literal(`; allowed: ${allowed}`)}`;

/** What a tag means may change while pods with it run. */
export const noUnpinnedImages: Rule = {
  name: "no-unpinned-images",
  says: "Every container runs an image that is named by its digest.",
  remedy: "Name it as `repository@sha256:<64 hex digits>`: the digest that the push printed.",
  kinds: WITH_PODS,
  faults: ({ all }) =>
    faultOf(
      all,
      `!${IMAGE}.matches("@sha256:[0-9a-f]{64}$")`,
      got("repository@sha256:<64 hex digits>"),
    ),
};

/** Docker Hub is where an image is from that names no registry. */
const WHOLE = `(${IMAGE}.matches("^([^/]*[.:][^/]*|localhost)/") ? ${IMAGE} : ${IMAGE}.contains("/") ? "docker.io/" + ${IMAGE} : "docker.io/library/" + ${IMAGE})`;

/** Whoever can push to a registry decides what runs. */
export const noOtherRegistries: Rule = {
  name: "no-other-registries",
  says: "Every image is from a registry or repository that the settings name: `registry.repository`, that of an image of `services`, of `promoteFrom`, or one of `policy.registries`.",
  remedy: "Copy the image to your registry, or name its own in `slipway:policy.registries`.",
  kinds: WITH_PODS,
  faults: ({ all }, { registries, unbuilt }) =>
    registries &&
    faultOf(
      all,
      `!${literal([...registries, unbuilt ?? []].flat().flatMap(startsOf))}.exists(r, ${WHOLE}.startsWith(r))`,
      got(shown(registries)),
    ),
};

/** How images of a registry or repository begin: a port after it would make it another one. */
function startsOf(place: string): string[] {
  const whole = /^([^/]*[.:][^/]*|localhost)(\/|$)/.test(place)
    ? place
    : place.includes("/")
      ? `docker.io/${place}`
      : `docker.io/library/${place}`;
  return whole.includes("/") ? [`${whole}/`, `${whole}@`, `${whole}:`] : [`${whole}/`];
}

const MOST_SHOWN = 5;

function shown(registries: readonly string[]): string {
  const more = registries.length - MOST_SHOWN;
  const first = registries.slice(0, MOST_SHOWN).join(", ");
  return `what the settings name: ${first}${more > 0 ? ` and ${more} more` : ""}`;
}
