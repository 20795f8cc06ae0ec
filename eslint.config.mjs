import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/*.mjs", "**/*.cjs", "**/*.js", "dist", "node_modules"] },
  ...tseslint.configs.strictTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      curly: ["error", "all"],
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "CallExpression[callee.property.name='apply'] NewExpression:not([callee.name=/Error$/])",
          message: "no resources inside apply",
        },
        {
          selector:
            "CallExpression[callee.property.name='apply'] CallExpression[callee.name='expect']",
          message: "no assertions inside apply",
        },
      ],
    },
  },
  {
    files: ["components/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex:
                "/contract/(?!(clock-skew|forms|image-reference|label-requirement|marks|migration-key|migration-record|names|platform|pod-security|policy-look|prometheus-address|quantity|release-record|tokens|variable-reference|verdict|workload-kind)[.]ts$)|^zod$",
              allowTypeImports: true,
              message: "schemas are for the provider; a program has no use for zod",
            },
          ],
        },
      ],
    },
  },
  {
    // Tests keep what they read at their start; everything else keeps nothing but constants.
    files: [
      "*.ts",
      "{bench,build-context,cli,components,contract,docker-config,kubeconfig,mask,policy,provider,proxy,settings,testbed,tools,wire}/**/*.ts",
    ],
    rules: {
      "@typescript-eslint/naming-convention": [
        "error",
        {
          selector: "variable",
          modifiers: ["const", "global"],
          types: ["boolean", "number", "string", "array"],
          format: ["UPPER_CASE"],
        },
      ],
    },
  },
);
