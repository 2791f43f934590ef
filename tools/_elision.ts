/** Comment signs, brackets and dots around what a line says. */
const opening = /^[\s/#*<!\-;%"'{[(.…]+/;
const closing = /[\s/*\->\])}.…"';]+$/;
const dots = /\.{3}|…/;

const noun = "(?:code|file|content|contents|document|function|functions|" +
  "method|methods|class|module|script|component|implementation|imports|" +
  "lines|logic|parts?|sections?|tests?)";
const subject = `(?:keep |and )?(?:the |all )?(?:(?:rest|remainder)` +
  `(?: of (?:the |this |your )?(?:original |existing |previous )?${noun})?|` +
  `(?:remaining|other|existing|previous|original|unchanged|same) ${noun})`;
const predicate = "(?:(?:is|are|remains?|stays?|kept|left|goes) )*" +
  "(?:unchanged|unmodified|untouched|intact|the same|same|as before|as is|" +
  "as-is|here|omitted|truncated|not shown)";

/** What a line says whole when it stands for text left out. */
const elisions: readonly RegExp[] = [
  new RegExp(`^${subject}[\\s,:(-]+${predicate}\\b`),
  new RegExp(
    `^(?:the )?(?:rest|remainder) of (?:the |this )?(?:original )?${noun}$`,
  ),
  /^(?:unchanged|same as (?:before|above|the original)|no changes?(?: here)?)$/,
  /^(?:code |content |lines )?(?:omitted|truncated|shortened)(?: for \w+)?$/,
  /^(?:其余|剩余|其他|其它|余下|后面|后续).{0,12}(?:不变|省略|相同|一样)/,
  /^(?:此处)?省略|^(?:代码)?保持不变$|^与之前相同$|^同上$/,
];

/** The same where three dots say that something is missing. */
const dotted = new RegExp(`^${subject}(?: (?:above|below))?$`);

/**
 * Finds a line that stands for text left out ("// rest of the file
 * unchanged"); null when there is none. A line that the old text has too
 * belongs to the file.
 */
export function elision(content: string, before: string): string | null {
  const known = new Set(before.split("\n").map((line) => line.trim()));
  for (const line of content.split("\n")) {
    const bare = line.trim();
    if (isElision(bare) && !known.has(bare)) return bare;
  }
  return null;
}

function isElision(line: string): boolean {
  if (line.length > 200) return false;
  const lead = opening.exec(line);
  if (lead === null) return false;
  const says = line.slice(lead[0].length).replace(closing, "").toLowerCase();
  return elisions.some((pattern) => pattern.test(says)) ||
    (dots.test(line) && dotted.test(says));
}
