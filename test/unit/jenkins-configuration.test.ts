// Proves that Jenkins' configuration says what it should, by keys that are known; only a real Jenkins proves that it takes them.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { AGENT, LANES, lanesOf } from "../../components/lanes/definition.ts";

const FOLDER = join(import.meta.dirname, "../../jenkins");
const TEXT = readFileSync(join(FOLDER, "jenkins.yaml"), "utf8");
const RECIPE = readFileSync(join(FOLDER, "agent/Dockerfile"), "utf8");
const SETTINGS: Readonly<Record<string, string>> = {
  SLIPWAY_REPOSITORY: "team/shop",
  SLIPWAY_LANES: "shop-jenkins",
  SLIPWAY_BACKEND_URL: "s3://state",
  SLIPWAY_AGENT_IMAGE: `registry.example.com/agent@sha256:${"1".repeat(64)}`,
  SLIPWAY_DOCKER_HOST: "tcp://builder.example.com:2376",
};
/** Each switches on a part of the pipeline. */
const SWITCHES: Readonly<Record<string, string>> = {
  SLIPWAY_SCAN_IMAGE: `registry.example.com/scan@sha256:${"2".repeat(64)}`,
  SLIPWAY_ACCEPTANCE: "npm run acceptance",
  SLIPWAY_TRIALS: "on",
  SLIPWAY_HAND_OFF: "git.example.com ssh-ed25519 AAAA",
};

/** What the plugins know, from their setters: any other key would stop Jenkins from starting. */
const KNOWN = {
  cloud: [
    ...["name", "serverUrl", "namespace", "credentialsId", "jenkinsUrl", "webSocket"],
    ...["containerCapStr", "usageRestricted", "templates"],
  ],
  template: [
    ...["name", "label", "nodeUsageMode", "idleMinutes", "podRetention", "serviceAccount"],
    ...["yamlMergeStrategy", "yaml"],
  ],
  jenkins: ["numExecutors", "mode", "globalNodeProperties", "clouds"],
  secretText: ["scope", "id", "description", "secret"],
  root: ["jenkins", "credentials", "unclassified", "jobs"],
};

interface Template {
  readonly label: string;
  readonly serviceAccount: string;
  readonly yaml: string;
}

interface Cloud {
  readonly name: string;
  readonly namespace: string;
  readonly credentialsId: string;
  readonly usageRestricted: boolean;
  readonly templates: readonly Template[];
}

interface SecretText {
  readonly scope: string;
  readonly id: string;
  readonly secret: string;
}

interface Configuration {
  readonly credentials: {
    readonly system: {
      readonly domainCredentials: readonly {
        readonly credentials: readonly { readonly string: SecretText }[];
      }[];
    };
  };
  readonly jenkins: { readonly clouds: readonly { readonly kubernetes: Cloud }[] };
  readonly jobs: readonly { readonly script: string }[];
}

interface Pod {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly activeDeadlineSeconds: number;
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly volumeMounts: readonly object[];
      readonly resources: { readonly limits: Readonly<Record<string, string>> };
    }[];
  };
}

/** As Configuration as Code puts environment variables into it. */
const filled = TEXT.replaceAll(
  /\$\{([\w-]+?)(?::-([^}]*))?\}/g,
  (_, name: string, byDefault = "") => {
    return (
      SETTINGS[name] ??
      SWITCHES[name] ??
      (name.startsWith("slipway-") ? `<file ${name}>` : (byDefault as string))
    );
  },
);
const configuration = parse(filled) as Configuration;
const clouds = configuration.jenkins.clouds.map(({ kubernetes }) => kubernetes);

/** The cloud whose pods run others' programs. */
const scanning = clouds.find(({ name }) => name === "slipway-build");
/** Those whose pods run this program. */
const running = clouds.filter((each) => each !== scanning);

function podOf({ templates: [template] }: Cloud): Pod {
  return parse(template?.yaml ?? "") as Pod;
}

test("it has no key that the plugins do not know", () => {
  const unknown = (object: object, known: readonly string[]) =>
    Object.keys(object).filter((key) => !known.includes(key));
  expect(unknown(configuration, KNOWN.root)).toEqual([]);
  expect(unknown(configuration.jenkins, KNOWN.jenkins)).toEqual([]);
  for (const cloud of clouds) {
    expect(unknown(cloud, KNOWN.cloud)).toEqual([]);
    for (const template of cloud.templates) {
      expect(unknown(template, KNOWN.template)).toEqual([]);
    }
  }
});

test("its settings are the five that the README lists, and four that have a default", () => {
  const names = new Set(
    [...TEXT.matchAll(/\$\{([A-Z_]+)(:-)?/g)].map(([, name, has]) => (has ? "" : name)),
  );
  names.delete("");
  expect([...names].sort()).toEqual(Object.keys(SETTINGS).sort());
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  for (const name of Object.keys({ ...SETTINGS, ...SWITCHES })) {
    expect(readme).toContain(`| \`${name}\` |`);
  }
});

test("each cloud is a lane: its namespace, its launcher's credential, its agents' account, and restricted to folders that may", () => {
  const apiServer = { cidr: "10.0.0.1/32", ports: [6443] };
  const lanes = ["dev", "prod", "trial"].flatMap((stack) =>
    lanesOf({ apiServer, prefix: `${SETTINGS["SLIPWAY_LANES"] ?? ""}-${stack}` }, stack),
  );
  for (const cloud of clouds) {
    // Two clouds are of one lane: that of branches, and that of main.
    const ofLane = cloud.name.replace("-verify", "-preview");
    const [, name = "", stack = "dev"] = /^slipway-([a-z]+)(?:-([a-z]+))?$/.exec(ofLane) ?? [];
    const place = `${SETTINGS["SLIPWAY_LANES"] ?? ""}-${stack}-${name}`;
    const lane = lanes.find(({ namespace }) => namespace === place);
    expect(cloud.namespace).toBe(lane?.namespace);
    expect(cloud.credentialsId).toBe(ofLane.replace("slipway-", "slipway-launcher-"));
    expect(cloud.usageRestricted).toBe(true);
    expect(cloud.templates.map(({ label, serviceAccount }) => [label, serviceAccount])).toEqual([
      [cloud.name, AGENT],
    ]);
    expect(LANES).toContain(lane?.name);
  }
});

test("each launcher's token is a file that is read once, and no job can have it: its scope is System", () => {
  const [{ credentials } = { credentials: [] }] =
    configuration.credentials.system.domainCredentials;
  const launchers = credentials.map(({ string }) => string);
  for (const launcher of launchers) {
    expect(Object.keys(launcher).filter((key) => !KNOWN.secretText.includes(key))).toEqual([]);
    expect(launcher).toMatchObject({ scope: "SYSTEM", secret: `<file ${launcher.id}>` });
  }
  const used = new Set(clouds.map(({ credentialsId }) => credentialsId));
  expect(launchers.map(({ id }) => id)).toEqual([...used]);
});

test("the ids of the Jenkinsfile and of the jobs are those that the README has, each with its place", () => {
  const pipeline = readFileSync(join(FOLDER, "Jenkinsfile"), "utf8");
  const ids = [...`${pipeline}${TEXT}`.matchAll(/credentialsId(?:: |\()["']([\w-]+)["']/g)];
  const used = new Set(ids.map(([, id = ""]) => id));
  expect([...used].sort()).toEqual([
    "slipway-gate-key",
    "slipway-gate-password",
    "slipway-github-deliver",
    "slipway-github-read",
    "slipway-github-review",
    "slipway-hand-off-dev",
    "slipway-hand-off-prod",
    "slipway-passphrase-dev",
    "slipway-passphrase-prod",
    "slipway-passphrase-trial",
    "slipway-registry-read",
  ]);
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  for (const id of used) {
    const place = id === "slipway-github-review" ? "slipway-review" : "slipway-deliver";
    expect(readme).toMatch(new RegExp(`^\\|.*\`${id}\`.*\\| folder \`${place}\` \\|`, "m"));
  }
});

test("a pod runs as its lane's agent, pinned, limited, ended after its time, and has no token that it did not ask for", () => {
  for (const each of clouds) {
    const { spec } = podOf(each);
    expect(spec).toMatchObject({ serviceAccountName: AGENT, automountServiceAccountToken: false });
    expect(spec.activeDeadlineSeconds).toBeGreaterThan(0);
    expect(spec.containers.map(({ name, image }) => [name, image])).toEqual([
      [
        "jnlp",
        each === scanning ? SWITCHES["SLIPWAY_SCAN_IMAGE"] : SETTINGS["SLIPWAY_AGENT_IMAGE"],
      ],
    ]);
    expect(Object.keys(spec.containers[0]?.resources.limits ?? {}).sort()).toEqual(
      ["cpu", "ephemeral-storage", "memory"].sort(),
    );
  }
});

test("the kubeconfig's token and certificate are where the pods have them, and nothing in it is kept", () => {
  const text = readFileSync(join(FOLDER, "kubeconfig.yaml"), "utf8");
  expect(text).toContain("tokenFile: /var/run/slipway/token");
  expect(text).not.toMatch(/token:|-data:|password|exec:/);
  for (const { name, templates } of running) {
    expect([name, templates[0]?.yaml]).toEqual([
      name,
      expect.stringContaining("mountPath: /var/run/slipway,"),
    ]);
  }
});

test("the image has the engine and the plugins that package.json pins, and the program asks for no older engine", () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(FOLDER, "../package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>;
  const pinned = (name: string) => RECIPE.match(new RegExp(`^ARG ${name}=(.*)$`, "m"))?.[1];
  expect(pinned("PULUMI")).toBe(devDependencies["pulumi"]);
  expect(dependencies["@pulumi/pulumi"]).toBe(devDependencies["pulumi"]);
  for (const name of ["kubernetes", "docker", "random"]) {
    expect(pinned(name.toUpperCase())).toBe(dependencies[`@pulumi/${name}`]);
  }
  const project = parse(readFileSync(join(FOLDER, "../Pulumi.yaml"), "utf8")) as {
    readonly requiredPulumiVersion: string;
  };
  expect(project.requiredPulumiVersion).toBe(`>=${devDependencies["pulumi"]}`);
});

test("the kubeconfig is in the image where the pods look for it", () => {
  expect(RECIPE).toContain("\nCOPY kubeconfig.yaml /etc/slipway/kubeconfig\n");
});

test("what Pulumi and native code keep is where only the agent may write", () => {
  for (const { spec } of running.map(podOf)) {
    const [agent] = spec.containers;
    const variable = (name: string) => agent?.env.find((one) => one.name === name)?.value;
    expect(variable("SLIPWAY_KUBECONFIG")).toBe("/etc/slipway/kubeconfig");
    expect(variable("PULUMI_HOME")).toBe("/home/jenkins/agent/.pulumi");
    expect(agent?.volumeMounts).toContainEqual({
      name: "cache",
      mountPath: variable("SWC_NATIVE_BINDING_CACHE"),
      subPath: "own",
    });
  }
});

const [script = ""] = configuration.jobs.map((job) => job.script);

/** The clouds in which the jobs of a folder can start agents, and whose agents they can take. */
function cloudsOf(folder: string): readonly string[] {
  const [, text = ""] = new RegExp(`folder\\('${folder}'\\) \\{([^]*?)\\n\\}`).exec(script) ?? [];
  return [...text.matchAll(/string\('([^']*)'\)/g)].map(([, cloud = ""]) => cloud);
}

test("no cloud is of both folders: an agent that a branch starts, with whatever label, is taken by no build of main", () => {
  const [review, deliver] = [cloudsOf("slipway-review"), cloudsOf("slipway-deliver")];
  expect(review).toEqual(["slipway-preview"]);
  expect(deliver.filter((cloud) => review.includes(cloud))).toEqual([]);
  expect([...review, ...deliver].sort()).toEqual(clouds.map(({ name }) => name).sort());
  expect(script.match(/permittedClouds/g)).toHaveLength(2);
});

test("what reviews may not use the lane that delivers, and what delivers knows main only", () => {
  const deliver = script.slice(script.indexOf("multibranchPipelineJob('slipway-deliver"));
  expect(deliver).toContain("includes('main'); excludes('')");
  expect(deliver).not.toMatch(/PullRequestDiscovery|ForkDiscovery/);
  expect(script).toContain("trust { gitHubTrustNobody() }");
  const apps = [...script.matchAll(/credentialsId\('([^']*)'\)/g)].map(([, id]) => id);
  expect(apps).toEqual(["slipway-github-review", "slipway-github-deliver"]);
});

test("no lane that previews has a secret or a builder, that of prod neither", () => {
  const previews = clouds.filter(({ namespace }) => namespace.endsWith("-preview"));
  const names = ["slipway-preview", "slipway-verify", "slipway-preview-prod"];
  expect(previews.map(({ name }) => name)).toEqual(names);
  for (const { templates } of previews) {
    expect(templates[0]?.yaml).not.toMatch(/secret|DOCKER/i);
  }
});

test("what scans has no token, no certificate, no secret, no builder and no way to the state or the cluster", () => {
  const [template] = scanning?.templates ?? [];
  expect(scanning?.namespace).toBe("shop-jenkins-dev-build");
  expect(template?.yaml).not.toMatch(/secret|serviceAccountToken:|DOCKER|KUBECONFIG|configMap/);
  expect(podOf(scanning as Cloud).spec.containers[0]?.env.map(({ name }) => name)).toEqual([
    "HOME",
    "TRIVY_CACHE_DIR",
  ]);
});
