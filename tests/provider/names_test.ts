import { assertEquals } from "@std/assert";
import {
  closestName,
  resolveExactName,
  resolveName,
  safeName,
  unknownNameText,
} from "../../lib/provider/names.ts";

const offered = ["Bash", "Edit", "Read", "TodoWrite", "mcp__git__log"];

Deno.test("resolveName() finds a name under what templates put around it", () => {
  const cases: Record<string, string> = {
    "Read": "Read",
    "READ": "Read",
    "functions.Read": "Read",
    "functions.read:12": "Read",
    "default_api.read": "Read",
    "tool.read": "Read",
    "mcp__files__read": "Read",
    "mcp__git__log": "mcp__git__log",
    "MCP__git__log": "mcp__git__log",
    "todo_write": "TodoWrite",
    "todo-write": "TodoWrite",
    "read<|channel|>commentary": "Read",
    "bash<｜tool▁sep｜>": "Bash",
  };
  for (const [sent, expected] of Object.entries(cases)) {
    assertEquals(resolveName(sent, offered), expected, sent);
  }
});

Deno.test("resolveName() never guesses", () => {
  for (const name of ["", "Raed", "ReadFile", "Rea", "read_file", "<|x|>"]) {
    assertEquals(resolveName(name, offered), undefined, name);
  }
  assertEquals(resolveName("read", ["Read", "READ"]), undefined);
  assertEquals(resolveName("to_do", ["toDo", "to-do"]), undefined);
});

Deno.test("resolveExactName() takes a prefix and the case off and no more", () => {
  assertEquals(resolveExactName("functions.read", offered), "Read");
  assertEquals(resolveExactName("todo_write", offered), undefined);
  assertEquals(resolveExactName("mcp__files__read", offered), undefined);
});

Deno.test("safeName() makes a name that servers take back", () => {
  assertEquals(safeName("rm -rf /"), "rm_-rf_");
  assertEquals(safeName("x".repeat(200)).length, 64);
  for (const name of ["", "…", "<|>", "123"]) {
    assertEquals(safeName(name), "unknown_tool", name);
  }
});

Deno.test("unknownNameText() lists at most twenty tools", () => {
  const many = Array.from({ length: 30 }, (_, index) => `Tool${index}`);
  const text = unknownNameText("x".repeat(5000), many);
  assertEquals(text.includes("Tool19, and 10 more"), true);
  assertEquals(text.length < 500, true);
});

Deno.test("closestName() names one only when it is near", () => {
  assertEquals(closestName("Raed", offered), "Read");
  assertEquals(closestName("deploy_everything", offered), undefined);
  assertEquals(closestName("", []), undefined);
});
