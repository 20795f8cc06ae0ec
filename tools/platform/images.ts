import { externalSecrets } from "../go/external-secrets.ts";
import { sealedSecrets } from "../go/sealed-secrets.ts";
import { registry } from "./addresses.ts";

/** What holds a pod's namespaces. A change of its recipe takes a new tag. */
export const pauseImage = `${registry}/pause:1`;

/** Repository of the Node base image that services build from. */
export const nodeRepository = `${registry}/base/node`;

/** The Sealed Secrets controller. */
export const sealedSecretsImage = `${registry}/sealed-secrets-controller:${sealedSecrets.version}`;

/** The External Secrets controller. */
export const externalSecretsImage = `${registry}/external-secrets:${externalSecrets.version}`;
