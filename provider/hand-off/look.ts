import type { z } from "zod";

import type { handOffLook, HandOffSeen } from "../../contract/hand-off.ts";
import { answered } from "../waiting/answered.ts";
import { controllerOf, mayPass } from "./controller.ts";
import { askedOf, seenAfter } from "./seen.ts";
import { Standings } from "./standings.ts";
import { atTarget } from "./target.ts";
import type { Tools } from "./tools.ts";

/** What a look is about. */
export type Looked = z.output<typeof handOffLook>;

/** What has become of a hand-off, by one look without waiting: what is not applied now has failed. */
export function lookAt(looked: Looked, tools: Tools): Promise<HandOffSeen> {
  const { registries, signal, api } = tools;
  const controller = controllerOf(looked, api);
  const delivery = { ...looked, source: {}, releases: [] };
  return atTarget(delivery, registries, signal, async (target) => {
    const { revision } = looked;
    const asked = await askedOf(looked, target, { revision, isFirst: false });
    const standings = new Standings(target.lineage({ revision, changed: false }));
    const look = await answered(() => controller.look(signal), signal, mayPass);
    await standings.learn(look.revisions);
    const shown = look.assess({ ...asked, standing: standings.of, isRefreshed: false });
    const { report } = shown;
    const ended =
      shown.kind === "applied"
        ? { report, look }
        : {
            report,
            look,
            fault:
              shown.kind === "failed"
                ? shown
                : { reason: "not-applied" as const, message: `it ${shown.text}` },
          };
    return seenAfter(ended, looked, controller, tools, { looks: 1 });
  });
}
