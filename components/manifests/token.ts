import type { Service } from "../service-definition.ts";

const NAME = "token";
const EXPIRATION_SECONDS = 3600;

/** Whether pods get a token for the API server. */
export function mountsToken({ allow, serviceAccount }: Pick<Service, "allow" | "serviceAccount">) {
  return allow.includes("token") && typeof serviceAccount?.token !== "object";
}

/** The volume with a token for somebody else, none if the settings name none. */
export function tokenVolumes({ serviceAccount }: Pick<Service, "serviceAccount">) {
  const token = serviceAccount?.token;
  if (typeof token !== "object") {
    return [];
  }
  const { audience, path, expirationSeconds = EXPIRATION_SECONDS } = token;
  const source = { serviceAccountToken: { audience, path: fileOf(path), expirationSeconds } };
  return [{ name: NAME, projected: { sources: [source] } }];
}

/** Where the volume of {@link tokenVolumes} appears: as a folder, because the kubelet renews nothing that is mounted as a file. */
export function tokenMounts({ serviceAccount }: Pick<Service, "serviceAccount">) {
  const token = serviceAccount?.token;
  return typeof token === "object"
    ? [{ name: NAME, mountPath: token.path.slice(0, token.path.lastIndexOf("/")), readOnly: true }]
    : [];
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
