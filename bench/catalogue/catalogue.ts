import type { Case } from "./case.ts";
import { ADMISSION } from "./cases/admission.ts";
import { ANSWERS, PASSING_ANSWERS } from "./cases/answers.ts";
import { CHANGES } from "./cases/changes.ts";
import { CONFIGURATION } from "./cases/configuration.ts";
import { CONTAINERS } from "./cases/containers.ts";
import { HEALTHY } from "./cases/healthy.ts";
import { IMAGES } from "./cases/images.ts";
import { LATE } from "./cases/late.ts";
import { LOSSES } from "./cases/losses.ts";
import { PROBES } from "./cases/probes.ts";
import { ROOM } from "./cases/room.ts";
import { SCHEDULING } from "./cases/scheduling.ts";
import { SETTLED, SETTLING } from "./cases/settling.ts";
import { STEPS } from "./cases/steps.ts";
import { SURROUNDINGS } from "./cases/surroundings.ts";

/** Every case: the broken services by where they break, then the healthy ones. */
export const CATALOGUE: readonly Case[] = [
  ...IMAGES,
  ...CONFIGURATION,
  ...CONTAINERS,
  ...PROBES,
  ...ANSWERS,
  ...SETTLING,
  ...ADMISSION,
  ...ROOM,
  ...LOSSES,
  ...SCHEDULING,
  ...SURROUNDINGS,
  ...CHANGES,
  ...STEPS,
  ...HEALTHY,
  ...LATE,
  ...PASSING_ANSWERS,
  ...SETTLED,
];
