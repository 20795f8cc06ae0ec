/** What containers of Linux are built for: Go's names, which images and nodes use, with the variants that each has. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  amd64: ["v1", "v2", "v3", "v4"],
  arm64: ["v8", "v9"],
  arm: ["v5", "v6", "v7", "v8"],
  "386": [],
  loong64: [],
  mips: [],
  mips64: [],
  mips64le: [],
  mipsle: [],
  ppc64: [],
  ppc64le: [],
  riscv64: [],
  s390x: [],
};

/** What builders accept as well. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["x86_64", "amd64"],
  ["x86-64", "amd64"],
  ["aarch64", "arm64"],
  ["armhf", "arm/v7"],
  ["armel", "arm/v6"],
  ["i386", "386"],
]);

/** What people write, and no builder accepts. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["x64", "amd64"],
  ["intel", "amd64"],
  ["arm64v8", "arm64"],
  ["armv8", "arm64"],
  ["armv7", "arm/v7"],
  ["armv7l", "arm/v7"],
  ["arm32v7", "arm/v7"],
  ["armv6", "arm/v6"],
  ["arm32v6", "arm/v6"],
  ["x86", "386"],
  ["i686", "386"],
  ["ppc64el", "ppc64le"],
]);

/** Processors that run what is built for another one. */
const ALSO_RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ["386"], arm64: ["arm"] };

const COMMON =
  "linux/amd64, linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, linux/s390x, linux/riscv64";

/** The usual name of a platform, undefined for one that does not exist, or that is no platform of Linux. */
export function platformName(written: string): string | undefined {
  const [system, architecture = "", variant, ...rest] = written.split("/");
  const known = ALIASES.get(architecture) ?? architecture;
  const [name = "", implied] = known.split("/");
  const variants = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  const isVariant = variant === undefined || variants?.includes(variant) === true;
  if (system !== "linux" || variants === undefined || !isVariant || rest.length > 0) {
    return undefined;
  }
  const own = variant ?? implied;
  // The only one, which images name or leave out.
  const isPlain =
    own === undefined || `${name}/${own}` === "arm64/v8" || `${name}/${own}` === "amd64/v1";
  return isPlain ? `linux/${name}` : `linux/${name}/${own}`;
}

/** What is allowed instead of a platform that does not exist. */
export function platformRemedy(written: string): string {
  const parts = written.toLowerCase().split("/");
  const [system = "", ...rest] = parts.length === 1 ? ["linux", ...parts] : parts;
  const [architecture = "", ...variant] = rest;
  const meant = [
    MEANT.get(architecture) ?? ALIASES.get(architecture) ?? architecture,
    ...variant,
  ].join("/");
  const guess =
    platformName(`linux/${meant}`) ?? platformName(`linux/${meant.split("/")[0] ?? ""}`);
  const why = ["linux", ""].includes(system) ? "" : `; pods are Linux pods, whatever ${system} is`;
  return `allowed: a platform such as ${COMMON}${why}${guess === undefined ? "" : `; write ${guess}`}`;
}

/**
 * Whether an image of one platform serves where the other one is meant. A variant that one of them does not name is not
 * compared: nodes do not report theirs.
 *
 * @param image platform of an image
 * @param wanted platform that was asked for, or of a node
 */
export function servesPlatform(image: string, wanted: string): boolean {
  const [system, architecture = "", variant] = (platformName(image) ?? image).split("/");
  const [other, processor = "", its] = (platformName(wanted) ?? wanted).split("/");
  return (
    system === other &&
    architecture === processor &&
    (variant === undefined || its === undefined || variant === its)
  );
}

/** The same of a node: some processors run more than what is built for them. */
export function runsOn(image: string, node: string): boolean {
  const [system = "", architecture = ""] = (platformName(image) ?? image).split("/");
  const [, processor = ""] = node.split("/");
  return (
    servesPlatform(image, node) ||
    (node.startsWith(`${system}/`) && (ALSO_RUNS[processor] ?? []).includes(architecture))
  );
}
