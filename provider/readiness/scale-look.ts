import type { ReadinessInputs } from "../../contract/readiness.ts";
import { nounOf } from "../../contract/workload-kind.ts";
import type { FinalVerdict, Verdict } from "../verdict/finding.ts";
import type { Deployment, Observed } from "../verdict/objects.ts";
import { type AppliedScale, isEmptied, scaled, scaledBy, scalerOf } from "../verdict/scale.ts";

/** A direct look at who has scaled a Deployment: the watches leave out who has written what. */
export class ScaleLook {
  private readonly release: ReadinessInputs;
  private readonly scale: AppliedScale;
  private readonly look: () => Promise<Deployment | undefined>;

  /** @param look the Deployment as the API server has it, undefined where it does not say */
  constructor(
    release: ReadinessInputs,
    scale: AppliedScale,
    look: () => Promise<Deployment | undefined>,
  ) {
    this.release = release;
    this.scale = scale;
    this.look = look;
  }

  /** The verdict with the name of who has scaled the Deployment; undefined where that changes nothing. */
  async see(verdict: Verdict, { deployment }: Observed): Promise<Verdict | undefined> {
    const replicas = deployment?.spec?.replicas ?? 1;
    const isLate = (deployment?.metadata?.generation ?? 0) > this.release.deployment.generation;
    const isScaled = verdict.kind === "failed" && verdict.reason === "scaled";
    const isDoubtful = isScaled || (verdict.kind === "ready" && !this.scale.isAsked(replicas));
    if (verdict.kind === "progressing" || !isLate || !isDoubtful) {
      return undefined;
    }
    const present = await this.look();
    const scaler = present && scalerOf(present);
    if (scaler?.isAutoscaler === true) {
      this.scale.accept(replicas);
      return isScaled ? AGAIN : undefined;
    }
    const asked = this.scale.askedOtherThan(deployment);
    return verdict.kind === "ready" && present !== undefined && isEmptied(present)
      ? { kind: "failed", ...scaled(this.release, replicas, undefined, asked) }
      : this.#named(verdict, scaler?.manager, replicas, asked);
  }

  #named(
    verdict: FinalVerdict,
    manager: string | undefined,
    replicas: number,
    asked: number | undefined,
  ): FinalVerdict | undefined {
    if (verdict.kind === "failed" || (manager !== undefined && replicas === 0)) {
      return { kind: "failed", ...scaled(this.release, replicas, manager, asked) };
    }
    return manager === undefined
      ? undefined
      : {
          ...verdict,
          notes: [
            ...(verdict.notes ?? []),
            scaledBy(manager, replicas, asked, nounOf(this.release.deployment)),
          ],
        };
  }
}

/** Judges again at once, by what is known now. */
const AGAIN: Verdict = { kind: "progressing", text: "", wakeAt: 0 };
