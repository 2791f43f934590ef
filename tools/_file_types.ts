/** Names of the files of a type, as `rg --type` knows the usual ones. */
const fileTypes: Readonly<Record<string, string>> = {
  c: "*.{c,h}",
  cpp: "*.{cpp,cc,cxx,hpp,hh,hxx,h,inl}",
  cs: "*.cs",
  css: "*.{css,scss}",
  docker: "*Dockerfile*",
  elixir: "*.{ex,exs,eex,heex}",
  go: "*.go",
  haskell: "*.{hs,lhs}",
  html: "*.{html,htm}",
  java: "*.{java,jsp}",
  js: "*.{js,jsx,cjs,mjs,vue}",
  json: "*.json",
  kotlin: "*.{kt,kts}",
  lua: "*.lua",
  make: "{[Mm]akefile*,GNUmakefile,*.mk,*.mak}",
  markdown: "*.{md,markdown,mdx,mkd,mdown}",
  php: "*.{php,phtml}",
  py: "*.{py,pyi}",
  ruby: "{*.rb,*.gemspec,*.rake,Gemfile,Rakefile}",
  rust: "*.rs",
  sh: "*.{sh,bash,zsh,ksh}",
  sql: "*.sql",
  swift: "*.swift",
  toml: "{*.toml,Cargo.lock}",
  ts: "*.{ts,tsx,cts,mts}",
  txt: "*.txt",
  xml: "*.{xml,xsl,xsd,svg}",
  yaml: "*.{yaml,yml}",
  zig: "*.zig",
};

const aliases: Readonly<Record<string, string>> = {
  "c++": "cpp",
  csharp: "cs",
  golang: "go",
  javascript: "js",
  jsx: "js",
  md: "markdown",
  python: "py",
  rb: "ruby",
  rs: "rust",
  shell: "sh",
  tsx: "ts",
  typescript: "ts",
  yml: "yaml",
};

/** The glob of a file type; an unknown type is taken as an extension. */
export function typeGlob(type: string): string {
  const name = type.toLowerCase().replace(/^\./, "");
  const known = fileTypes[aliases[name] ?? name];
  return known ?? `*.${name.replace(/[^\w+-]/g, "?")}`;
}
