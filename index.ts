import { byName, connect, Credential, Namespace, Release, requireReady } from "./components";
import { readSettings } from "./settings";

const settings = readSettings();
const { cluster, registry, sealing } = settings;

const providers = connect(cluster);
const place = new Namespace(settings.namespace, { provider: providers[0] });
const common = { namespace: place, registry };
const credentials = byName(settings.credentials, (name, definition) => {
  return new Credential(name, { ...common, definition, sealing }, { providers });
});
const delivered = byName(settings.services, (name, service) => {
  return new Release(name, { ...common, service, credentials, failsLate: true }, { providers });
});

export const namespace = place.metadata.name;
export const releases = byName(delivered, (_, { release }) => release);
export const history = byName(delivered, (_, { history }) => history);
export const endpoints = byName(delivered, (_, { endpoint }) => endpoint);
requireReady(releases);
