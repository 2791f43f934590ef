/** Words of a variable's name that make it a secret. */
const secretWord =
  /(^|_)([A-Z0-9]*KEYS?|[A-Z0-9]*TOKENS?|[A-Z0-9]*SECRETS?|[A-Z0-9]*PASSW(OR)?DS?|PASSPHRASE|PASS|CREDENTIALS?)(_|$)/;
/** All variables of the model providers, who put keys into many names. */
const providers =
  /^(AZURE_)?(OPENAI|ANTHROPIC|DEEPSEEK|TOGETHER|GROQ|OPENROUTER|MISTRAL|GEMINI|FIREWORKS|CEREBRAS|XAI)_/;
/** Names of settings; git stops with an error when one is missing. */
const innocent = /^GIT_CONFIG_KEY_\d+$/;
/** Too short a value would match by chance. */
const shortestSecret = 8;

/**
 * The environment that child processes get: without keys, tokens, passwords
 * and the model providers' variables, and without any variable whose value
 * holds one of `secrets` (the key in use, whatever its variable is called).
 */
export function childEnvironment(
  environment: Readonly<Record<string, string>>,
  secrets: readonly string[] = [],
): Record<string, string> {
  const known = secrets.filter((secret) => secret.length >= shortestSecret);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (isSecret(name) || providers.test(name.toUpperCase())) continue;
    if (known.some((secret) => value.includes(secret))) continue;
    kept[name] = value;
  }
  return kept;
}

/** The values of the variables that are named as keys and passwords are. */
export function secretsIn(
  environment: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => isSecret(name) && value.length >= shortestSecret)
    .map(([, value]) => value);
}

function isSecret(name: string): boolean {
  const upper = name.toUpperCase();
  return secretWord.test(upper) && !innocent.test(upper);
}
