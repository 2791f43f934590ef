/** How a line begins that is no text of the file itself. */
const leader = String
  .raw`^\s*(?:\/\/+|#+|\/\*+|\*|<!--|--|;+|%+|"""|'''|\{\/\*|\(\*|\[|\(|<|\.{3}|…)\s*`;

const phrases: readonly string[] = [
  String
    .raw`(?:the )?(?:rest|remainder) of (?:the |this |your )?(?:original |existing |previous )?(?:file|code|function|class|content|contents|document|method|module|script|implementation|component|code here)\b`,
  String
    .raw`(?:the )?(?:rest|remainder|everything else) (?:is |are |remains? |stays? )?(?:unchanged|the same|as before|omitted|as is)`,
  String
    .raw`(?:the )?(?:remaining|other|existing|previous|original|unchanged|same) (?:code|content|contents|file|functions?|methods?|lines|imports|implementation|parts?|sections?|logic)\b.{0,40}\b(?:unchanged|the same|as before|here|omitted|as is|goes here|stays?|remains?|above|below)\b`,
  String
    .raw`(?:existing|unchanged|previous|remaining|other|original) (?:code|content|contents|functions?|methods?|lines|imports|implementation)\s*(?:\.{3}|…|\*\/|-->|\]|\)|$)`,
  String
    .raw`(?:code|content|lines?) (?:is |are )?(?:unchanged|omitted|truncated|as before|not shown)`,
  String
    .raw`(?:omitted|truncated|shortened|abbreviated) for (?:brevity|clarity|space)`,
  String.raw`(?:same|unchanged) as (?:before|above|the original)`,
  String
    .raw`(?:no changes? (?:here|below|above|to the rest)|unchanged\s*(?:\.{3}|…|\*\/|-->|\]|\)|$))`,
  "(?:其余|剩余|其他|其它|余下|后面|后续)[^\\n]{0,12}(?:不变|省略|相同|保持|一样)",
  "(?:省略|此处省略|保持不变|代码不变|与之前相同|同上)",
];

const pattern = new RegExp(
  `${leader}(?:\\.{3}|…|\\[|\\()?\\s*(?:keep |and )?(?:${phrases.join("|")})`,
  "i",
);

/**
 * Finds a line that stands for text left out ("// rest of the file
 * unchanged"); null when there is none. A line that the old text has too
 * belongs to the file.
 */
export function elision(content: string, before: string): string | null {
  const known = new Set(before.split("\n").map((line) => line.trim()));
  for (const line of content.split("\n")) {
    const bare = line.trim();
    if (bare.length > 200 || !pattern.test(bare)) continue;
    if (!known.has(bare)) return bare;
  }
  return null;
}
