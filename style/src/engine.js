// Called with Tailwind's script as a function, our stylesheet, and the sheets that may be imported.
async function start(library, entry, sheets) {
  // QuickJS has no Intl; Tailwind uses this one part of it, in an error message.
  globalThis.Intl = { ListFormat: class { format(items) { return Array.from(items).join(", "); } } };
  const module = { exports: {} };
  library(module, module.exports);
  const tailwind = module.exports;

  const options = {
    base: ".",
    async loadStylesheet(id) {
      if (!(id in sheets)) throw new Error(`there is no stylesheet ${id} to import`);
      return { path: id, base: ".", content: sheets[id] };
    },
    async loadModule(id) {
      throw new Error(`${id}: plugins and configuration files are not supported`);
    },
  };
  const compiler = await tailwind.compile(entry, options);

  return {
    async sources() {
      return compiler.sources.map(({ pattern, negated }) => {
        if (negated || pattern.includes("*")) throw new Error(`@source takes a plain folder, not ${pattern}`);
        return pattern;
      });
    },
    async build(words) {
      return compiler.build(words);
    },
    async unknown(words) {
      // Markers for group-* and peer-* have no rule of their own.
      const strict = words.filter((word) => !/^(group|peer)(\/.+)?$/.test(word));
      const system = await tailwind.__unstable__loadDesignSystem(entry, options);
      const css = system.candidatesToCss(strict);
      return strict.filter((_, index) => css[index] === null);
    },
  };
}
start;
