import * as slipway from "./components/index.ts";
import { readSettings } from "./settings.ts";

export default async () => {
  slipway.silenceSdkTrace();
  const settings = readSettings();
  const approval = slipway.readApproval();
  const { registry, sealing } = settings;
  const providers = slipway.connect(settings.cluster);
  const [provider, own] = providers;

  const [services] = await Promise.all([
    slipway.promote({ ...settings, provider: own }),
    slipway.requireNamespace(settings.namespace, own),
  ]);
  const builds = slipway.planBuilds(services);
  slipway.requireApproved({ services, builds }, approval);
  const plan = settings.jenkins && slipway.planLanes({ ...settings, jenkins: settings.jenkins });
  const guard = plan && new slipway.LaneGuard("lanes", { plan }, { provider: own });
  const dependsOn = guard ?? [];
  const namespace = new slipway.Namespace(settings.namespace, { provider, dependsOn });
  const access = plan && new slipway.JenkinsAccess("jenkins", { plan, namespace }, { providers });
  const common = { namespace, registry };
  const credentials = slipway.byName(settings.credentials, (name, definition) => {
    const args = { ...common, definition, sealing, namespaces: access?.namespaces };
    return new slipway.Credential(name, args, { providers });
  });
  const known = await slipway.survey({ services, builds, registry, provider: own });
  const delivered = slipway.byName(services, (name, service) => {
    const standing = { standing: known[name], approved: approval?.[name] };
    const args = { ...common, service, credentials, failsLate: true, ...standing };
    return new slipway.Release(name, args, { providers });
  });

  const outputs = slipway.outputsOf({ namespace, delivered, access });
  slipway.requireReady(outputs.releases);
  return outputs;
};
