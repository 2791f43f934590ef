/** Variables that tell the agent what to use and how to show it. */
const ownVariables = [
  "CONTEXT_WINDOW",
  "MODEL",
  "OLLAMA_HOST",
  "OPENAI_API_BASE",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENCLAUDE_API_KEY",
  "OPENCLAUDE_BASE_URL",
  "OPENCLAUDE_CONFIG_DIR",
  "OPENCLAUDE_MODEL",
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "CI",
  "CLICOLOR",
  "COLORTERM",
  "FORCE_COLOR",
  "NO_COLOR",
];

/** Variables that child processes are given where they are granted singly. */
export const childVariables: readonly string[] = [
  "BASH_DEFAULT_TIMEOUT_MS",
  "BASH_MAX_OUTPUT_LENGTH",
  "BASH_MAX_TIMEOUT_MS",
  "CARGO_HOME",
  "DENO_DIR",
  "EDITOR",
  "GOPATH",
  "GOROOT",
  "HOME",
  "JAVA_HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LOGNAME",
  "NODE_EXTRA_CA_CERTS",
  "NVM_DIR",
  "PATH",
  "PYENV_ROOT",
  "RUSTUP_HOME",
  "SHELL",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
  "USERPROFILE",
  "VIRTUAL_ENV",
  "XDG_CACHE_HOME",
];

/** All variables that the executable reads when no word says otherwise. */
export const agentVariables: readonly string[] = [
  ...ownVariables,
  ...childVariables,
];
