import type { SourceTree } from "./source_tree.ts";

/** Pages whose code spans name files of the project as they are now. */
const mapPages =
  /^(README\.md|docs\/README\.zh\.md|docs\/explanation\/.*\.md)$/;

/** Lines outside fenced code, so that examples are not read as text. */
function proseOf(text: string): string {
  return text.replaceAll(/^(```+|~~~+)[\s\S]*?^\1[^\n]*$/gm, "");
}

/** The anchors of a page, made the way code hosts make them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ""] of proseOf(text).matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const slug = title.trim().toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) {
      anchor = `${slug}-${count}`;
    }
    anchors.add(anchor);
  }
  return anchors;
}

/** Links and named files in Markdown pages that lead nowhere. */
export function findLinkFaults(tree: SourceTree): string[] {
  const folders = new Set<string>();
  for (const path of tree.keys()) {
    const parts = path.split("/");
    while (parts.pop() !== undefined) folders.add(parts.join("/"));
  }
  const exists = (path: string) =>
    tree.has(path) || folders.has(path.replace(/\/$/, ""));
  const faults: string[] = [];
  for (const [page, text] of tree) {
    if (
      !page.endsWith(".md") || /^(tests\/golden|examples\/demo)\//.test(page)
    ) {
      continue;
    }
    const prose = proseOf(text);
    for (const target of linksOf(prose)) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const path = file === ""
        ? page
        : decodeURIComponent(new URL(file, `file:///${page}`).pathname)
          .slice(1);
      if (!exists(path)) faults.push(`${page}: no file "${target}"`);
      else if (
        anchor !== undefined && path.endsWith(".md") &&
        !anchorsOf(tree.get(path) ?? "").has(decodeURIComponent(anchor))
      ) faults.push(`${page}: no heading "${target}"`);
    }
    if (!mapPages.test(page)) continue;
    const named =
      /`((?:lib|tools|docs|examples|tests|\.ci)\/[\w./-]+|main\.ts)`/g;
    for (const [, path = ""] of prose.matchAll(named)) {
      if (!exists(path)) faults.push(`${page}: no file "${path}"`);
    }
  }
  return faults;
}

/** Targets of inline links, images and reference definitions. */
function linksOf(prose: string): string[] {
  const withoutCode = prose.replaceAll(/`[^`\n]*`/g, "");
  const inline = withoutCode.matchAll(
    /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\)/g,
  );
  const references = withoutCode.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm);
  return [...inline, ...references].map((match) => match[1] ?? "");
}
