/**
 * The house rules that Deno's own linter has no rule for. `deno lint` loads
 * this file by the line in deno.json. Each rule has a test beside it that
 * shows it failing.
 */

/** Where the process may be ended. Everywhere else returns an exit code. */
const mayExit = [
  /\/main\.ts$/,
  /\/lib\/app\/(launcher|executable)\.ts$/,
  /\/lib\/realm\/[^/]+\.ts$/,
];

/** Where variables may be read: the first queries the permission, the second
 * shields the openai package from them for one synchronous call. */
const mayReadEnvironment = [
  /\/lib\/platform\/environment\.ts$/,
  /\/lib\/provider\/client\.ts$/,
];

/** Layer 0 and the loop know no runtime, so that they run anywhere. */
const withoutRuntime = [/\/lib\/core\//, /\/lib\/agent\//];

const vagueNames = ["index", "utils", "util", "helpers", "misc", "common"];

const fullWords: Readonly<Record<string, string>> = {
  msg: "message",
  req: "request",
  res: "response",
  ctx: "context",
  opts: "options",
  cfg: "config",
  cb: "callback",
};

function matches(path: string, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => pattern.test(path));
}

/** The path with forward slashes and a leading one. */
function pathOf(context: Deno.lint.RuleContext): string {
  return "/" + context.filename.replaceAll("\\", "/").replace(/^\//, "");
}

/** Tests and scripts are programs of their own. */
function isProduct(path: string): boolean {
  return /\/(main\.ts|(lib|tools)\/.+)$/.test(path) &&
    !/\/(tests|examples|\.ci)\//.test(path);
}

/** What a member expression or a destructuring takes from `Deno`. */
function denoMember(
  name: string,
  report: (node: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  const isDeno = (node: Deno.lint.Node | null | undefined): boolean =>
    node?.type === "Identifier" && node.name === "Deno" ||
    node?.type === "MemberExpression" &&
      node.property.type === "Identifier" && node.property.name === "Deno";
  const isName = (node: Deno.lint.Node): boolean =>
    node.type === "Identifier" && node.name === name ||
    node.type === "Literal" && node.value === name;
  return {
    MemberExpression(node) {
      if (isDeno(node.object) && isName(node.property)) report(node);
    },
    VariableDeclarator(node) {
      if (node.id.type !== "ObjectPattern" || !isDeno(node.init)) return;
      for (const property of node.id.properties) {
        if (property.type === "Property" && isName(property.key)) report(node);
      }
    },
  };
}

const namedExports: Deno.lint.Rule = {
  create(context) {
    // Deno itself demands a default export of a plugin.
    if (pathOf(context).endsWith("/tests/checks/lint_plugin.ts")) return {};
    const message = "Export by name: a default export drifts from its name";
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, message });
      },
      ExportSpecifier(node) {
        if (
          node.exported.type === "Identifier" &&
          node.exported.name === "default"
        ) context.report({ node, message });
      },
    };
  },
};

const hashPrivate: Deno.lint.Rule = {
  create(context) {
    // The text, since Deno 2.9 leaves `accessibility` of a parameter unset.
    const check = (node: Deno.lint.Node): void => {
      if (!/^private\b/.test(context.sourceCode.getText(node))) return;
      context.report({
        node,
        message: "Write #name: `private` ends at the type check",
      });
    };
    return {
      PropertyDefinition: check,
      MethodDefinition: check,
      TSParameterProperty: (node: Deno.lint.Node) => check(node),
    };
  },
};

const topLevelFunction: Deno.lint.Rule = {
  create(context) {
    const check = (node: Deno.lint.Node | null) => {
      if (node?.type !== "VariableDeclaration") return;
      for (const declarator of node.declarations) {
        const made = declarator.init?.type;
        // A type on the name (`const x: Middleware = ...`) is a reason.
        const typed = declarator.id.type === "Identifier" &&
          declarator.id.typeAnnotation !== undefined;
        if (typed) continue;
        if (
          made === "ArrowFunctionExpression" || made === "FunctionExpression"
        ) {
          context.report({
            node: declarator,
            message: "Write `function` at the top level; arrows are closures",
          });
        }
      }
    };
    return {
      Program(node) {
        for (const statement of node.body) {
          check(
            statement.type === "ExportNamedDeclaration"
              ? statement.declaration
              : statement,
          );
        }
      },
    };
  },
};

const exitPlaces: Deno.lint.Rule = {
  create(context) {
    const path = pathOf(context);
    if (!isProduct(path) || matches(path, mayExit)) return {};
    return denoMember("exit", (node) =>
      context.report({
        node,
        message: "Only the entry of a thread may call Deno.exit",
        hint: "Return an exit code, or throw",
      }));
  },
};

const environmentPlaces: Deno.lint.Rule = {
  create(context) {
    const path = pathOf(context);
    if (!isProduct(path) || matches(path, mayReadEnvironment)) return {};
    return denoMember("env", (node) =>
      context.report({
        node,
        message: "Deno.env asks on a terminal; it stands in one place",
        hint: "Use readEnvironment() of lib/platform/environment.ts",
      }));
  },
};

const noRuntime: Deno.lint.Rule = {
  create(context) {
    if (!matches(pathOf(context), withoutRuntime)) return {};
    return {
      Identifier(node) {
        if (node.name !== "Deno") return;
        context.report({
          node,
          message: "This folder does no input or output: no Deno here",
          hint: "Take what is needed as an argument",
        });
      },
    };
  },
};

const fileNames: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const name = pathOf(context).split("/").at(-1) ?? "";
        const stem = name.replace(/\.d\.ts$|\.tsx?$|\.mjs$/, "");
        if (!/^_?[a-z0-9]+(_[a-z0-9]+)*$/.test(stem)) {
          context.report({
            node,
            message: `Name the file in snake_case: "${name}"`,
          });
        }
        if (vagueNames.includes(stem)) {
          context.report({
            node,
            message: `Name the file after what it holds: "${name}"`,
          });
        }
      },
    };
  },
};

/** A parameter's type is no node in Deno's own declarations. */
type Binding = Deno.lint.Node | Deno.lint.Parameter;

const wholeWords: Deno.lint.Rule = {
  create(context) {
    const check = (node: Binding | null | undefined): void => {
      switch (node?.type) {
        case "Identifier": {
          const word = Object.hasOwn(fullWords, node.name)
            ? fullWords[node.name]
            : undefined;
          if (word === undefined) return;
          return context.report({
            node,
            message: `Write the word out: "${word}", not "${node.name}"`,
          });
        }
        case "AssignmentPattern":
          return check(node.left);
        case "RestElement":
          return check(node.argument);
        case "ArrayPattern":
          return node.elements.forEach(check);
        case "ObjectPattern":
          return node.properties.forEach((property) =>
            check(property.type === "Property" ? property.value : property)
          );
      }
    };
    const parameters = (node: { params: readonly Binding[] }) =>
      node.params.forEach(check);
    return {
      VariableDeclarator: (node) => check(node.id),
      FunctionDeclaration: parameters,
      FunctionExpression: parameters,
      ArrowFunctionExpression: parameters,
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "named-exports": namedExports,
    "hash-private": hashPrivate,
    "top-level-function": topLevelFunction,
    "exit-places": exitPlaces,
    "environment-places": environmentPlaces,
    "no-runtime": noRuntime,
    "file-names": fileNames,
    "whole-words": wholeWords,
  },
};

export default plugin;
