import type { Case } from "./case";
import { admission } from "./cases/admission";
import { configuration } from "./cases/configuration";
import { containers } from "./cases/containers";
import { healthy } from "./cases/healthy";
import { images } from "./cases/images";
import { probes } from "./cases/probes";
import { scheduling } from "./cases/scheduling";
import { surroundings } from "./cases/surroundings";

/** Every case: the broken services by where they break, then the healthy ones. */
export const CATALOGUE: readonly Case[] = [
  ...images,
  ...configuration,
  ...containers,
  ...probes,
  ...admission,
  ...scheduling,
  ...surroundings,
  ...healthy,
];
