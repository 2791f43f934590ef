/**
 * A call as some model or server damages it. `expected` is what the model
 * meant, or null where that can't be known and nothing may be run.
 */
export interface MalformedCall {
  readonly what: string;
  readonly name: string;
  readonly arguments: string;
  readonly cut?: true;
  readonly expected:
    | readonly (readonly [name: string, input: Record<string, unknown>])[]
    | null;
}

const ticks = "```";

function meant(
  what: string,
  call: readonly [name: string, text: string],
  ...expected: readonly [name: string, input: Record<string, unknown>][]
): MalformedCall {
  return { what, name: call[0], arguments: call[1], expected };
}

function unknowable(
  what: string,
  call: readonly [name: string, text: string],
  cut?: "cut",
): MalformedCall {
  const row = { what, name: call[0], arguments: call[1], expected: null };
  return cut === undefined ? row : { ...row, cut: true };
}

const readA = ["Read", { file_path: "a.ts" }] as const;
const list = ["Bash", { command: "ls" }] as const;

/** Calls whose meaning is certain. */
export const recoverable: readonly MalformedCall[] = [
  // Names.
  meant("lower case name", ["read", `{"file_path": "a.ts"}`], [...readA]),
  meant("functions. prefix", ["functions.Read", `{"file_path": "a.ts"}`], [
    ...readA,
  ]),
  meant("default_api. prefix", [
    "default_api.read",
    `{"file_path": "a.ts"}`,
  ], [...readA]),
  meant("Kimi's call number", ["functions.Read:3", `{"file_path": "a.ts"}`], [
    ...readA,
  ]),
  meant("leaked harmony token", [
    "read<|channel|>json",
    `{"file_path": "a.ts"}`,
  ], [...readA]),
  meant("leaked token after a space", [
    "Read <|constrain|>json",
    `{"file_path": "a.ts"}`,
  ], [...readA]),
  meant("MCP prefix of a tool that is ours", [
    "mcp__filesystem__Read",
    `{"file_path": "a.ts"}`,
  ], [...readA]),
  meant("space around the name", [" Read\n", `{"file_path": "a.ts"}`], [
    ...readA,
  ]),
  meant("read_file", ["read_file", `{"path": "a.ts"}`], [...readA]),
  meant("readFile", ["readFile", `{"filePath": "a.ts"}`], [...readA]),
  meant("run_shell_command", ["run_shell_command", `{"command": "ls"}`], [
    ...list,
  ]),
  meant("execute_command", ["execute_command", `{"cmd": "ls"}`], [...list]),
  meant("write_to_file", [
    "write_to_file",
    `{"path": "a.ts", "content": "x"}`,
  ], ["Write", { file_path: "a.ts", content: "x" }]),
  meant("create_file with file_text", [
    "create_file",
    `{"path": "a.ts", "file_text": "x"}`,
  ], ["Write", { file_path: "a.ts", content: "x" }]),
  meant("replace", [
    "replace",
    `{"file_path": "a.ts", "old_string": "x", "new_string": "y"}`,
  ], ["Edit", { file_path: "a.ts", old_string: "x", new_string: "y" }]),
  meant(
    "search with a regex",
    ["search_files", `{"regex": "x", "path": "."}`],
    [
      "Grep",
      { pattern: "x", path: "." },
    ],
  ),
  meant("find_files", ["find_files", `{"pattern": "*.ts"}`], [
    "Glob",
    { pattern: "*.ts" },
  ]),

  // Names of parameters.
  meant("path", ["Read", `{"path": "a.ts"}`], [...readA]),
  meant("filename", ["Read", `{"filename": "a.ts"}`], [...readA]),
  meant("target_file", ["Read", `{"target_file": "a.ts"}`], [...readA]),
  meant("camelCase", [
    "Edit",
    `{"filePath": "a", "oldString": "x", "newString": "y", "replaceAll": true}`,
  ], [
    "Edit",
    { file_path: "a", old_string: "x", new_string: "y", replace_all: true },
  ]),
  meant("old_str and new_str", [
    "Edit",
    `{"path": "a", "old_str": "x", "new_str": "y"}`,
  ], ["Edit", { file_path: "a", old_string: "x", new_string: "y" }]),
  meant("search and replace", [
    "Edit",
    `{"file": "a", "search": "x", "replace": "y"}`,
  ], ["Edit", { file_path: "a", old_string: "x", new_string: "y" }]),
  meant("directory", ["Grep", `{"pattern": "x", "directory": "src"}`], [
    "Grep",
    { pattern: "x", path: "src" },
  ]),
  meant("script", ["Bash", `{"script": "ls"}`], [...list]),

  // JSON around the arguments.
  meant("byte order mark", ["Read", `\ufeff{"file_path": "a.ts"}`], [...readA]),
  meant("code fence", [
    "Read",
    `${ticks}json\n{"file_path": "a.ts"}\n${ticks}`,
  ], [...readA]),
  meant("fence without a language", [
    "Bash",
    `${ticks}\n{"command": "ls"}\n${ticks}`,
  ], [...list]),
  meant("trailing </tool_call>", [
    "Bash",
    `{"command": "ls"}\n</tool_call>`,
  ], [...list]),
  meant("trailing <|im_end|>", ["Read", `{"file_path": "a.ts"}<|im_end|>`], [
    ...readA,
  ]),
  meant("leading token", ["Read", `<|message|>{"file_path": "a.ts"}`], [
    ...readA,
  ]),
  meant("double encoding", ["Bash", `"{\\"command\\": \\"ls\\"}"`], [...list]),
  meant("double encoding with raw line ends", [
    "Bash",
    `"{\\"command\\": \\"ls\\n-l\\"}"`,
  ], ["Bash", { command: "ls\n-l" }]),
  meant("arguments wrapper", [
    "Read",
    `{"arguments": {"file_path": "a.ts"}}`,
  ], [...readA]),
  meant("input wrapper as text", [
    "Bash",
    `{"input": "{\\"command\\": \\"ls\\"}"}`,
  ], [...list]),
  meant("whole envelope", [
    "Read",
    `{"name": "read", "parameters": {"path": "a.ts"}}`,
  ], [...readA]),
  meant("array of one object", ["Read", `[{"file_path": "a.ts"}]`], [...readA]),
  meant("bare string", ["Bash", `"ls"`], [...list]),
  meant("surplus brace", ["Bash", `{"command": "ls"}}`], [...list]),
  meant("missing last brace", ["Bash", `{"command": "ls"`], [...list]),
  meant("prose after the object", [
    "Bash",
    `{"command": "ls"}\nThis lists the files.`,
  ], [...list]),
  meant(
    "two calls joined",
    [
      "Read",
      `{"file_path": "a.ts"}{"file_path": "b.ts"}`,
    ],
    [...readA],
    ["Read", { file_path: "b.ts" }],
  ),

  // JSON within the arguments.
  meant("raw line end in a string", [
    "Write",
    `{"file_path": "a.ts", "content": "one\ntwo\n"}`,
  ], ["Write", { file_path: "a.ts", content: "one\ntwo\n" }]),
  meant("raw tab and return in a string", [
    "Write",
    `{"file_path": "a.ts", "content": "one\ttwo\r\n"}`,
  ], ["Write", { file_path: "a.ts", content: "one\ttwo\r\n" }]),
  meant("raw line end in a command", [
    "Bash",
    `{"command": "cat <<E\nhi\nE"}`,
  ], ["Bash", { command: "cat <<E\nhi\nE" }]),
  meant("trailing comma", ["Bash", `{"command": "ls",}`], [...list]),
  meant("trailing comma on its own line", [
    "Read",
    `{\n  "file_path": "a.ts",\n}`,
  ], [...readA]),
  meant("Python literals", [
    "Grep",
    `{"pattern": "x", "-i": True, "path": None}`,
  ], ["Grep", { pattern: "x", "-i": true }]),
  meant("Python literals for a tool that writes", [
    "Edit",
    `{"file_path": "a", "old_string": "x", "new_string": "y", "replace_all": False}`,
  ], [
    "Edit",
    { file_path: "a", old_string: "x", new_string: "y", replace_all: false },
  ]),
  meant("single quotes", ["Read", `{'file_path': 'a.ts'}`], [...readA]),
  meant("Python repr with both quotes", [
    "Grep",
    `{'pattern': "it's", 'path': 'src'}`,
  ], ["Grep", { pattern: "it's", path: "src" }]),
  meant("unquoted keys", ["Read", `{file_path: "a.ts", limit: 5}`], [
    "Read",
    { file_path: "a.ts", limit: 5 },
  ]),
  meant("typographic quotes", ["Read", `{“file_path”: “a.ts”}`], [...readA]),
  meant("comment", [
    "Read",
    `{"file_path": "a.ts" // the entry\n}`,
  ], [...readA]),
  meant("missing comma", ["Read", `{"file_path": "a.ts" "limit": 5}`], [
    "Read",
    { file_path: "a.ts", limit: 5 },
  ]),
  meant("regex with bare backslashes", ["Grep", `{"pattern": "\\d+\\.ts"}`], [
    "Grep",
    { pattern: "\\d+\\.ts" },
  ]),
  meant("escaped single quote", ["Grep", `{"pattern": "it\\'s"}`], [
    "Grep",
    { pattern: "it's" },
  ]),

  // Types.
  meant("number as text", ["Read", `{"file_path": "a.ts", "limit": "5"}`], [
    "Read",
    { file_path: "a.ts", limit: 5 },
  ]),
  meant("whole number as 5.0", [
    "Read",
    `{"file_path": "a.ts", "limit": "5.0"}`,
  ], ["Read", { file_path: "a.ts", limit: 5 }]),
  meant("boolean as text", ["Grep", `{"pattern": "x", "-i": "True"}`], [
    "Grep",
    { pattern: "x", "-i": true },
  ]),
  meant("boolean as number", ["Grep", `{"pattern": "x", "multiline": 1}`], [
    "Grep",
    { pattern: "x", multiline: true },
  ]),
  meant("null for what is optional", [
    "Read",
    `{"file_path": "a.ts", "offset": null, "limit": null}`,
  ], [...readA]),
  meant("empty text for an optional number", [
    "Read",
    `{"file_path": "a.ts", "limit": ""}`,
  ], [...readA]),
  meant("choice in another case", [
    "Grep",
    `{"pattern": "x", "output_mode": " Content"}`,
  ], ["Grep", { pattern: "x", output_mode: "content" }]),
  meant("number for a text", ["Grep", `{"pattern": 404}`], [
    "Grep",
    { pattern: "404" },
  ]),
  meant("object for a file's text", [
    "Write",
    `{"file_path": "a.json", "content": {"a": 1}}`,
  ], ["Write", { file_path: "a.json", content: '{\n  "a": 1\n}' }]),
  meant("lines for a file's text", [
    "Write",
    `{"file_path": "a.ts", "content": ["one", "two"]}`,
  ], ["Write", { file_path: "a.ts", content: "one\ntwo" }]),
  meant("quoted path", ["Read", `{"file_path": "\`a.ts\`"}`], [...readA]),
  meant("path with a line end", ["Read", `{"file_path": "a.ts\\n"}`], [
    ...readA,
  ]),
  meant("file URL", ["Read", `{"file_path": "file:///tmp/a%20b.ts"}`], [
    "Read",
    { file_path: "/tmp/a b.ts" },
  ]),

  // Certain to a reader, yet refused: the rule for tools that write is
  // stricter than need be here. The share that is printed counts them.
  meant("single quotes for a command", ["Bash", `{'command': 'ls'}`], [
    ...list,
  ]),
  meant("unquoted key for a command", ["Bash", `{command: "ls"}`], [...list]),
  meant("regex in a command", ["Bash", `{"command": "grep '\\d' a"}`], [
    "Bash",
    { command: "grep '\\d' a" },
  ]),
  meant("two brackets missing", ["Read", `[{"file_path": "a.ts"`], [...readA]),
];

/** Calls that could mean something else than they seem to. */
export const refused: readonly MalformedCall[] = [
  unknowable("cut within a string", [
    "Write",
    `{"file_path": "a.ts", "content": "one\\ntw`,
  ], "cut"),
  unknowable("cut after a value", ["Bash", `{"command": "rm -r build"`], "cut"),
  unknowable("cut before any argument", ["Bash", ``], "cut"),
  unknowable("string without an end", [
    "Write",
    `{"file_path": "a.ts", "content": "one`,
  ]),
  unknowable("string without an end, read-only", ["Read", `{"file_path": "a`]),
  unknowable("quotes within a command", [
    "Bash",
    `{"command": "echo "rm -rf /""}`,
  ]),
  unknowable("object that closes early", [
    "Bash",
    `{"command": "echo "}; ls"}`,
  ]),
  unknowable("further keys after the object", [
    "Write",
    `{"file_path": "a.ts"}, "content": "x"}`,
  ]),
  unknowable("value without an end", ["Read", `{"file_path":`]),
  unknowable("comma and no more", ["Bash", `{"command": "ls",`]),
  unknowable("two commands joined", [
    "Bash",
    `{"command": "ls"}{"command": "rm -r build"}`,
  ]),
  unknowable("single quotes within a written text", [
    "Write",
    `{'file_path': 'a.ts', 'content': 'it's'}`,
  ]),
  unknowable("invalid escape in a written text", [
    "Write",
    `{"file_path": "a.ts", "content": "a\\.b"}`,
  ]),
  unknowable("required parameter missing", ["Write", `{"content": "x"}`]),
  unknowable("two names for one parameter", [
    "Bash",
    `{"cmd": "ls", "script": "rm -r build"}`,
  ]),
  unknowable("list for a command", ["Bash", `{"command": ["rm", "-r"]}`]),
  unknowable("object for a path", ["Read", `{"file_path": {"path": "a.ts"}}`]),
  unknowable("unit in a number", [
    "Read",
    `{"file_path": "a.ts", "limit": "5px"}`,
  ]),
  unknowable("number out of bounds", [
    "Read",
    `{"file_path": "a", "limit": -1}`,
  ]),
  unknowable("no such choice", [
    "Grep",
    `{"pattern": "x", "output_mode": "lines"}`,
  ]),
  unknowable("wrapper that names another tool", [
    "Read",
    `{"name": "Write", "arguments": {"file_path": "a.ts"}}`,
  ]),
  unknowable("misspelled tool", ["Raed", `{"file_path": "a.ts"}`]),
  unknowable("unknown tool", ["deploy", `{"target": "production"}`]),
  unknowable("editor command that no tool has", [
    "str_replace_editor",
    `{"command": "insert", "path": "a.ts", "insert_line": 1, "new_str": "x"}`,
  ]),
  unknowable("list_dir with no tool to list", ["list_dir", `{"path": "."}`]),
  unknowable("strings for a JSON file's text", [
    "Write",
    `{"file_path": "a.json", "content": ["one", "two"]}`,
  ]),
  unknowable("no name", ["", `{"command": "ls"}`]),
  unknowable("XML", ["Bash", `<command>ls</command>`]),
  unknowable("bare text", ["Bash", `ls -l`]),
];
