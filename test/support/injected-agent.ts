import { PINNED, podWith, restricted } from "./intruder.ts";

/** What of Jenkins' configuration decides what the plugin injects. */
interface Injection {
  /** `-D…PodTemplateStepExecution.defaultImage` of the controller. */
  readonly image: string;
  /** `restrictedPssSecurityContext` of the cloud. */
  readonly restricts: boolean;
}

/** The image that the plugin has without a setting. */
export const BY_TAG: Injection["image"] = "jenkins/inbound-agent:3283.v92c105e0f819-8";

/** What the plugin adds to each container, init containers included, that does not say otherwise. */
const BY_PLUGIN = { ...restricted, runAsNonRoot: true };

/**
 * The pod of a template with `agentInjection: true` as Jenkins' Kubernetes plugin makes it: one more init container, which copies the
 * agent into a folder that the pod's container starts it from.
 *
 * @see https://github.com/jenkinsci/kubernetes-plugin PodTemplateBuilder and RestrictedPssSecurityContextInjector
 */
export function injectedPod({ image, restricts }: Injection): object {
  const mount = { name: "jenkins-agent", mountPath: "/jenkins-agent" };
  const copy =
    "cp $(command -v jenkins-agent) /jenkins-agent/jenkins-agent;cp /usr/share/jenkins/agent.jar /jenkins-agent/agent.jar";
  const container = {
    image: PINNED,
    command: ["/jenkins-agent/jenkins-agent"],
    args: [],
    workingDir: "/home/jenkins/agent",
    env: [{ name: "JENKINS_AGENT_FILE", value: "/jenkins-agent/agent.jar" }],
    volumeMounts: [
      { name: "workspace-volume", mountPath: "/home/jenkins/agent" },
      { ...mount, readOnly: true },
    ],
  };
  const injected = {
    name: "set-up-jenkins-agent",
    image,
    command: ["/bin/sh", "-c", copy],
    volumeMounts: [mount],
    ...(restricts && { securityContext: BY_PLUGIN }),
  };
  const volumes = ["workspace-volume", "jenkins-agent"].map((name) => ({ name, emptyDir: {} }));
  return podWith({ initContainers: [injected], volumes }, container);
}
