import type { Case } from "./case.ts";
import { admission } from "./cases/admission.ts";
import { changes } from "./cases/changes.ts";
import { configuration } from "./cases/configuration.ts";
import { containers } from "./cases/containers.ts";
import { healthy } from "./cases/healthy.ts";
import { images } from "./cases/images.ts";
import { late } from "./cases/late.ts";
import { losses } from "./cases/losses.ts";
import { probes } from "./cases/probes.ts";
import { room } from "./cases/room.ts";
import { scheduling } from "./cases/scheduling.ts";
import { surroundings } from "./cases/surroundings.ts";

/** Every case: the broken services by where they break, then the healthy ones. */
export const CATALOGUE: readonly Case[] = [
  ...images,
  ...configuration,
  ...containers,
  ...probes,
  ...admission,
  ...room,
  ...losses,
  ...scheduling,
  ...surroundings,
  ...changes,
  ...healthy,
  ...late,
];
