import { assertEquals } from "@std/assert";
import {
  childEnvironment,
  secretsIn,
} from "../../lib/platform/child_environment.ts";

function kept(...names: string[]): string[] {
  const given = Object.fromEntries(names.map((name) => [name, "value"]));
  return Object.keys(childEnvironment(given));
}

Deno.test("childEnvironment() drops keys, tokens, secrets and passwords", () => {
  const names = [
    "OPENAI_API_KEY",
    "openai_api_key",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "AZURE_OPENAI_ENDPOINT",
    "ANTHROPIC_MODEL",
    "GITHUB_TOKEN",
    "NPM_TOKENS",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "CLIENT_SECRET",
    "SECRETS_FILE",
    "DB_PASSWORD",
    "PGPASSWORD",
    "MYSQL_PASSWD",
    "KEY_PASSPHRASE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "MY_APIKEY",
  ];
  assertEquals(kept(...names), []);
});

Deno.test("childEnvironment() keeps ordinary variables", () => {
  const names = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "SHELL",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "GNOME_KEYRING_CONTROL",
    "KEYMAP",
    "TOKENIZERS_PARALLELISM",
    "JAVA_HOME",
    "GOPATH",
    "HTTP_PROXY",
    "COMPASS_HOME",
    "OPENCLAUDE_HOME",
    "GIT_CONFIG_KEY_0",
  ];
  assertEquals(kept(...names), names);
});

Deno.test("childEnvironment() drops the key in use under any name", () => {
  const given = { MINE: "sk-1234567890", URL: "http://x?k=sk-1234567890" };
  assertEquals(childEnvironment(given, ["sk-1234567890"]), {});
  assertEquals(childEnvironment({ A: "ollama" }, ["ollama"]), { A: "ollama" });
});

Deno.test("secretsIn() gives the values of variables that are named as secrets", () => {
  const values = secretsIn({
    MY_API_KEY: "0123456789",
    DB_PASSWORD: "hunter2hunter2",
    SHORT_TOKEN: "abc",
    GIT_CONFIG_KEY_0: "core.editor",
    OPENAI_BASE_URL: "http://localhost",
    PATH: "/usr/bin:/bin",
  });
  assertEquals(values, ["0123456789", "hunter2hunter2"]);
});
