import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: [".cache/", "dist/", "web/lib/"] },
  js.configs.recommended,
  { languageOptions: { ecmaVersion: 2022 } },
  {
    // The page's tests hold functions that run in the page.
    files: ["js/src/**", "js/test/browser/**", "web/*.js", "web/test/**"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["**/*.mjs", "js/test/**", "*.config.js", "web/test/**"],
    languageOptions: { globals: globals.node },
  },
  {
    files: ["js/test/browser/**"],
    languageOptions: { globals: globals.mocha },
  },
];
