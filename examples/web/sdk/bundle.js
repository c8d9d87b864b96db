// Makes one script for a page of a CommonJS package and what it requires. As a program: prints the script
// of the package that its argument names, whose class is WebSDK.
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

// The script; it sets window[global] to the default export of the package.
function bundle(entry, global) {
  const ids = new Map();
  const modules = [];

  function add(file) {
    if (ids.has(file)) return ids.get(file);
    const id = modules.push(null) - 1;
    ids.set(file, id);
    const source = readFileSync(file, "utf8");
    const required = {};
    for (const [, name] of source.matchAll(/\brequire\("([^"]+)"\)/g)) {
      required[name] = add(createRequire(file).resolve(name));
    }
    const header = "function (module, exports, require) {";
    modules[id] = `[${JSON.stringify(required)}, ${header}\n${source}\n}]`;
    return id;
  }

  const first = add(require.resolve(entry));
  return `(() => {
    const modules = [${modules.join(",\n")}];
    const loaded = [];
    const load = (id) => {
      if (!loaded[id]) {
        const [required, run] = modules[id];
        loaded[id] = { exports: {} };
        run(loaded[id], loaded[id].exports, (name) => load(required[name]));
      }
      return loaded[id].exports;
    };
    window[${JSON.stringify(global)}] = load(${first}).default;
  })();`;
}

module.exports = { bundle };

if (require.main === module) process.stdout.write(bundle(process.argv[2], "WebSDK"));
