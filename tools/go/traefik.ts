import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";
import { changeModule, withOverlay } from "./changed-module.ts";

const VERSION = "v3.6.12";
const CERTIFICATES = {
  path: "github.com/go-acme/lego/v4",
  version: "v4.33.0",
  tool: "traefik",
  parts: [
    ...["acme", "certcrypto", "certificate", "challenge", "internal", "lego", "log", "platform"],
    ...["registration", "go.mod"],
  ],
};

/**
 * Traefik, an ingress controller. It gets certificates with a library that knows the DNS of each provider there is, which
 * would make most of the build, so the one file that names them is replaced.
 */
export const traefik = {
  version: VERSION,
  module: "traefik",
  variables: { "github.com/traefik/traefik/v3/pkg/version.Version": VERSION },
  gibibytes: 4,
  files: ["overlay/providers/dns/dns_providers.go"],
  prepare: () => changeModule(CERTIFICATES, withOverlay(CERTIFICATES)),
} satisfies GoTools & { readonly version: string };

/** It has the definitions of its own kinds. */
export const TRAEFIK_MODULE = { path: "github.com/traefik/traefik/v3", version: VERSION };

/** The definitions of the Gateway API, as Traefik knows them. */
export const GATEWAY_API = { path: "sigs.k8s.io/gateway-api", version: "v1.4.0" };

/** Path of Traefik, once it is built. */
export function traefikProgram(): string {
  return join(builtFolder(traefik), "traefik");
}
