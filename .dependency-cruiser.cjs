/** A room that knows these, of all that is here, and nothing else. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { dependencyTypes: ["local"], pathNot: [from, ...allowed] },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment:
        "Of two files in a circle none can be read, tested or moved by itself. An import of a type counts, too.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-circle-of-rooms",
      comment:
        "Of two folders that know each other neither has a noun of its own: what both need belongs beside them.",
      severity: "error",
      scope: "folder",
      from: { path: "^(cli|components|contract|provider|settings|wire)" },
      to: { circular: true },
    },
    {
      name: "no-import-of-nothing",
      comment:
        "What an import that cannot be followed leads to is seen by none of the other rules.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "nobody-imports-test",
      comment:
        "Tests change with what they prove. What others need of them is a thing of its own: see testbed.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    {
      name: "nobody-imports-cli-or-bench",
      comment: "They are what people run: what another room needs of them is a thing of its own.",
      severity: "error",
      from: { pathNot: "^(cli|bench|test|tools/pictures[.]ts$)" },
      to: { path: "^(cli|bench)/" },
    },
    {
      name: "what-ships-needs-no-tools",
      comment: "Whoever installs the package has neither tools nor testbed.",
      severity: "error",
      from: { pathNot: "^(tools|testbed|bench|test)/" },
      to: { path: "^(tools|testbed)/" },
    },
    {
      name: "program-loads-no-provider",
      comment:
        "The provider is a process of its own: what it loads would be loaded twice, and every run would start later.",
      severity: "error",
      from: { path: "^(index|settings)[.]ts$" },
      to: { path: "^(provider|wire)/", reachable: true },
    },
    only(
      "tools-play-the-outside",
      "^(tools|testbed)/",
      [
        "^tools/",
        "^cli/report/",
        "^(wire|contract|docker-config|kubeconfig|build-context)/",
        "package[.]json$",
      ],
      "Platform and stand-ins play the world around Slipway: made of its parts they would share its faults, and hide them. The pictures show its page.",
    ),
    only(
      "settings-end-at-components",
      "^settings([.]ts$|/)",
      ["^(components|contract|build-context)/", "^policy/rules/"],
      "Settings become what components take, and know nothing of who runs, awaits or shows it.",
    ),
    only(
      "components-know-no-settings",
      "^components/",
      ["^(contract|build-context)/", "^policy/rules/", "^mask/plain[.]ts$", "^rights[.]ts$"],
      "A library's user has components without settings, commands or our own program; provider and components share what crosses the wire, and the rights.",
    ),
    only(
      "manifests-know-no-other-room",
      "^components/manifests/",
      [
        "^components/service-definition[.]ts$",
        "^components/service/",
        "^contract/(marks|migration-key|names|pod-security|quantity|variable-reference|verdict)[.]ts$",
      ],
      "A manifest follows from the definition of a service alone: each other thing that it could see could change it, and with it a release.",
    ),
    only(
      "provider-knows-the-contract",
      "^provider/",
      [
        "^(wire|contract|docker-config|kubeconfig|mask|proxy)/",
        "^rights[.]ts$",
        "^package[.]json$",
      ],
      "Provider and components share what crosses the wire, and the rights: nothing else of them can drift apart.",
    ),
    only(
      "contract-knows-rights-only",
      "^contract/",
      ["^rights[.]ts$"],
      "Both sides and every consumer of the outputs load it.",
    ),
    only(
      "kubeconfig-knows-the-way",
      "^kubeconfig/",
      ["^(mask|proxy)/"],
      "A kubeconfig says who asks and which way a request goes; what it is asked for is not its matter.",
    ),
    ...["docker-config", "build-context", "mask", "proxy"].map((room) =>
      only(
        `${room}-stands-alone`,
        `^${room}/`,
        [],
        "More rooms than one stand on it, so that it knows none of them.",
      ),
    ),
    only(
      "wire-knows-plain-texts",
      "^wire/",
      ["^mask/plain[.]ts$"],
      "All that plugins say goes through it, and more rooms than one stand on it.",
    ),
    {
      name: "settings-are-the-programs",
      comment:
        "A library's user has settings of their own. Only the program and the commands read these.",
      severity: "error",
      from: { pathNot: "^(index[.]ts$|settings([.]ts$|/)|(cli|test)/)" },
      to: { path: "^settings([.]ts$|/)" },
    },
    only(
      "policy-judges-from-outside",
      "^policy/",
      ["^contract/", "^preload[.]cjs$"],
      "A policy holds for whatever is in a stack: made of the parts that it judges it would share their faults.",
    ),
    only(
      "jenkins-is-copied",
      "^jenkins/",
      ["^contract/", "^wire/signature[.]ts$"],
      "A pipeline's folder goes into other repositories, and runs what is installed there.",
    ),
    only(
      "examples-use-the-package",
      "^example/",
      ["^components/"],
      "An example shows what somebody else can do, who has the package and none of its rooms.",
    ),
    only(
      "rights-stand-alone",
      "^rights[.]ts$",
      ["^contract/(workload-kind|hand-off-target)[.]ts$"],
      "Plain data, for all who ask, grant or prove.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".cjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "require", "node", "default"],
    },
  },
};
