import {
  byName,
  connect,
  Credential,
  Namespace,
  promote,
  Release,
  requireReady,
} from "./components";
import { readSettings } from "./settings";

export = async () => {
  const settings = readSettings();
  const { cluster, registry, sealing } = settings;

  const providers = connect(cluster);
  const services = await promote({ ...settings, provider: providers[1] });
  const place = new Namespace(settings.namespace, { provider: providers[0] });
  const common = { namespace: place, registry };
  const credentials = byName(settings.credentials, (name, definition) => {
    return new Credential(name, { ...common, definition, sealing }, { providers });
  });
  const delivered = byName(services, (name, service) => {
    return new Release(name, { ...common, service, credentials, failsLate: true }, { providers });
  });

  const releases = byName(delivered, (_, { release }) => release);
  requireReady(releases);
  return {
    namespace: place.metadata.name,
    releases,
    history: byName(delivered, (_, { history }) => history),
    endpoints: byName(delivered, (_, { endpoint }) => endpoint),
  };
};
