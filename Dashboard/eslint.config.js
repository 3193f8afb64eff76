import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "public", "node_modules", "src/shared/api/openapi.ts", "test-results", "playwright-report"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["scripts/**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly", Buffer: "readonly", setTimeout: "readonly", fetch: "readonly", performance: "readonly", window: "readonly", document: "readonly", PerformanceObserver: "readonly", requestAnimationFrame: "readonly" } },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { boundaries, "react-hooks": reactHooks },
    extends: [jsxA11y.flatConfigs.recommended],
    settings: {
      "import/resolver": { typescript: { project: "tsconfig.json" } },
      "boundaries/include": ["src/**/*"],
      "boundaries/elements": [
        { type: "app", pattern: "src/app", mode: "folder" },
        { type: "feature", pattern: "src/features/*", mode: "folder", capture: ["feature"] },
        { type: "shared", pattern: "src/shared", mode: "folder" },
        { type: "realtime", pattern: "src/realtime", mode: "folder" },
        { type: "main", pattern: "src/main.tsx", mode: "full" },
      ],
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "boundaries/no-unknown-files": "error",
      // app → features → shared → realtime, and no feature knows another.
      "boundaries/element-types": [
        "error",
        {
          default: "disallow",
          rules: [
            { from: "main", allow: ["app", "shared"] },
            { from: "app", allow: ["app", "feature", "shared"] },
            { from: "feature", allow: [["feature", { feature: "${from.feature}" }], "shared"] },
            { from: "shared", allow: ["shared", "realtime"] },
            { from: "realtime", allow: ["realtime"] },
          ],
        },
      ],
    },
  },
  {
    files: ["src/realtime/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["react", "react-dom", "react/*", "@tanstack/*"] }] },
  },
);
