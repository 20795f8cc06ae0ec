import type { ServiceForm } from "../../settings/service.ts";
import type { Rows } from "./container-fields.ts";
import type { Live } from "./live-objects.ts";

/** What delivers a service. */
export const KINDS: Rows<Pick<ServiceForm, "stateful" | "everyNode" | "schedule">, Live> = {
  stateful: (value, { workload, name, objects }) => {
    const said = value === true ? {} : value;
    const { serviceName = `${name}-headless`, podManagementPolicy = "OrderedReady" } = said;
    const { partition = 0, persistentVolumeClaimRetentionPolicy: retention } = said;
    return [
      ["stateful: kind", workload.kind, "StatefulSet"],
      [
        "stateful",
        workload.spec,
        {
          ...{ serviceName, podManagementPolicy },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
          persistentVolumeClaimRetentionPolicy: {
            ...{ whenDeleted: "Retain", whenScaled: "Retain" },
            ...retention,
          },
        },
      ],
      [
        "stateful: peers",
        objects.find("Service", serviceName)?.spec,
        {
          ...{ clusterIP: "None", publishNotReadyAddresses: true },
          selector: { "app.kubernetes.io/name": name },
        },
      ],
    ];
  },
  everyNode: (value, { workload }) => {
    const { maxSurge = 0, maxUnavailable = 1 } = value === true ? {} : value;
    return [
      ["everyNode: kind", workload.kind, "DaemonSet"],
      [
        "everyNode",
        workload.spec,
        { updateStrategy: { rollingUpdate: { maxSurge, maxUnavailable } } },
      ],
    ];
  },
  schedule: (value, live) => {
    const { cron, timeZone, concurrency = "Allow", history = {}, suspend = false } = value;
    const { activeDeadlineSeconds, backoffLimit, startingDeadlineSeconds } = value;
    const job = { activeDeadlineSeconds, backoffLimit };
    const said = { timeZone, startingDeadlineSeconds };
    const given = (fields: object) =>
      Object.fromEntries(Object.entries(fields).filter(([, each]) => each !== undefined));
    return [
      ["schedule: kind", live.workload.kind, "CronJob"],
      ["schedule: service", live.objects.find("Service", live.name), undefined],
      [
        "schedule",
        live.workload.spec,
        {
          ...{ schedule: cron, concurrencyPolicy: concurrency, suspend, ...given(said) },
          successfulJobsHistoryLimit: history.successful ?? 3,
          failedJobsHistoryLimit: history.failed ?? 1,
          jobTemplate: { spec: { ...given(job), template: { spec: { restartPolicy: "Never" } } } },
        },
      ],
    ];
  },
};
