import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";

/** Something that the platform uses and the Debian package that brings it. */
interface Requirement {
  readonly package: string;
  /** Any of these files will do; a machine may have it from somewhere else. */
  readonly files: readonly string[];
}

const REQUIREMENTS: readonly Requirement[] = [
  { package: "docker.io", files: ["/usr/bin/dockerd", "/usr/sbin/dockerd"] },
  { package: "docker.io", files: ["/usr/bin/docker", "/usr/local/bin/docker"] },
  { package: "containerd", files: ["/usr/bin/containerd"] },
  { package: "runc", files: ["/usr/bin/runc", "/usr/sbin/runc"] },
  { package: "docker-registry", files: ["/usr/bin/docker-registry"] },
  { package: "etcd-server", files: ["/usr/bin/etcd"] },
  { package: "containernetworking-plugins", files: ["/usr/lib/cni/bridge"] },
  { package: "iproute2", files: ["/sbin/ip", "/usr/sbin/ip", "/usr/bin/ip"] },
  { package: "nftables", files: ["/usr/sbin/nft"] },
  { package: "iptables", files: ["/usr/sbin/iptables"] },
  { package: "busybox-static", files: ["/bin/busybox", "/usr/bin/busybox"] },
  { package: "openssl", files: ["/usr/bin/openssl"] },
  { package: "ca-certificates", files: ["/etc/ssl/certs/ca-certificates.crt"] },
];

/** Whether this is root on a Debian-like Linux, and packages can be installed. */
export function canInstallPackages(): boolean {
  return isDebianLike() && process.getuid?.() === 0;
}

/** Throws unless this is root on a Debian-like Linux, which is what the platform is made for. */
export function assertMachine(): void {
  const elsewhere =
    'use a cluster and a registry of your own: set SLIPWAY_KUBECONFIG and SLIPWAY_REGISTRY (README, "The platform")';
  if (!isDebianLike()) {
    throw new Error(
      `the local platform runs on Debian-like Linux only, this is ${systemName()}; ${elsewhere}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `the local platform runs containers and needs root, you are user id ${process.getuid?.() ?? "unknown"}; ` +
        `run it as root (sudo -i), or ${elsewhere}`,
    );
  }
}

/** Debian packages that must still be installed. */
export function missingPackages(): string[] {
  const missing = REQUIREMENTS.filter(({ files }) => !files.some((file) => existsSync(file)));
  return [...new Set(missing.map((requirement) => requirement.package))];
}

/**
 * Installs Debian packages; never removes one to do so.
 * @throws With apt's last lines.
 */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, reject: false, all: true } as const;
  await execa("apt-get", ["update"], options);
  // Whatever else installs packages at this moment, such as an upgrade by itself, ends soon.
  const wait = ["-o", "DPkg::Lock::Timeout=300"];
  const install = ["install", "--yes", "--no-remove", "--no-install-recommends", ...wait];
  const { failed, all } = await execa("apt-get", [...install, ...packages], options);
  if (!failed) {
    return;
  }
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  throw new Error(
    [
      `installing Debian packages failed; see with: ${command}; apt's last lines:`,
      ...all.split("\n").slice(-12),
    ].join("\n  "),
  );
}

function isDebianLike(): boolean {
  return process.platform === "linux" && existsSync("/usr/bin/dpkg-query");
}

function systemName(): string {
  if (process.platform !== "linux") {
    return process.platform;
  }
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^PRETTY_NAME="?(?<name>[^"\n]*)/m.exec(release)?.groups?.["name"] ?? "an unknown Linux";
}
