/** A metric or a behaviour in Kubernetes' own words, which the API server checks. */
export type PlainFields = Readonly<Record<string, unknown>>;

/** Bounds and aims of the HorizontalPodAutoscaler. */
export interface Autoscale {
  readonly min: number;
  readonly max: number;
  /**
   * CPU use to aim at, in percent of the request.
   * @default - 70, and none if there are other aims
   */
  readonly cpu?: number;
  /**
   * Memory use to aim at, in percent of the request.
   * @default - none
   */
  readonly memory?: number;
  /**
   * Further aims: resource, custom and external metrics.
   * @default []
   * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec
   */
  readonly metrics?: readonly PlainFields[];
  /**
   * How quickly it scales up and down.
   * @default - Kubernetes' own
   * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
   */
  readonly behavior?: PlainFields;
}

const CPU_PERCENT = 70;

/** What an autoscaler aims at: the CPU where nothing else is said. */
export function completeAutoscale(said: Autoscale | undefined): Autoscale | undefined {
  const hasAim = said?.memory !== undefined || (said?.metrics ?? []).length > 0;
  return said && (hasAim ? said : { cpu: CPU_PERCENT, ...said });
}
