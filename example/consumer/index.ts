import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { connect, ObjectReadiness, readRelease } from "../../components/index.ts";
import { smokeTest } from "./smoke-test.ts";

/** Takes over the release of one service, calls it from inside the cluster, and continues when it has answered. */
export default async () => {
  const config = new pulumi.Config();
  const service = config.require("service");
  const producer = new pulumi.StackReference(config.require("producer"));
  const { release, endpoint } = await readRelease(producer, service);

  const [provider, slipway] = connect({
    kubeconfig: config.require("kubeconfig"),
    context: config.require("context"),
    identifier: config.require("context"),
  });
  const job = new k8s.batch.v1.Job(service, smokeTest(service, release, endpoint), { provider });
  const answered = new ObjectReadiness(service, { object: job }, { provider: slipway });
  return {
    image: release.image,
    digest: release.digest,
    url: answered.record.apply(() => endpoint.public ?? endpoint.address),
  };
};
