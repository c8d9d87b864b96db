// The rules for JavaScript, see lint.mk: the console and the demo run in browsers, the rest in Node.js.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
  {
    files: ["emulator/**/*.js", "examples/web/page/*.js"],
    languageOptions: { sourceType: "module", globals: { ...globals.browser, WebSDK: "readonly" } },
  },
  {
    files: ["benches/**/*.js", "examples/web/sdk/*.js", "tests/conformance/node/*.js"],
    languageOptions: { globals: globals.node },
  },
  {
    // They have functions that run in the page.
    files: ["tests/conformance/web/*.js"],
    languageOptions: {
      globals: { ...globals.node, ...globals.browser, WebSDK: "readonly", axe: "readonly" },
    },
  },
];
