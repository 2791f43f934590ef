/** The page's style: small, readable on paper, dark where the reader is. */
export const pageStyle = `
:root {
  --page: #fdfdfc; --ink: #1d1f21; --soft: #5f6368; --line: #dcdee0;
  --well: #f3f4f4; --mark: #2458b3; --prompt: #eaf1fb;
  --add: #116329; --add-well: #e4f6e8; --del: #a40e26; --del-well: #fdeaec;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181a; --ink: #e4e6e8; --soft: #9aa0a6; --line: #33373b;
    --well: #1f2225; --mark: #8ab4f8; --prompt: #1c2a3f;
    --add: #7ee2a0; --add-well: #14301f; --del: #ff9aa5; --del-well: #3b1a1f;
  }
}
* { box-sizing: border-box; }
body {
  max-width: 54rem; margin: 0 auto; padding: 2rem 1rem 5rem;
  background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.3; }
h2 { margin: 0 0 .4rem; font-size: .9rem; color: var(--mark); }
h3 { margin: .8rem 0 .3rem; font-size: .8rem; color: var(--soft); }
h4, h5, h6 { margin: 1.1rem 0 .4rem; font-size: 1.05rem; }
small { font-weight: normal; color: var(--soft); }
dl {
  display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem;
  padding-bottom: 1rem; border-bottom: 1px solid var(--line); font-size: .9rem;
}
dt { color: var(--soft); }
dd { margin: 0; }
article { margin: 1.6rem 0 .8rem; }
.prompt { padding: .8rem 1rem; border-radius: .5rem; background: var(--prompt); }
.plain { white-space: pre-wrap; unicode-bidi: plaintext; }
p { margin: .6rem 0; }
pre, code { font: .85rem/1.5 ui-monospace, monospace; }
pre {
  max-height: 32rem; margin: .4rem 0; padding: .6rem .8rem; overflow: auto;
  border-radius: .4rem; background: var(--well);
  white-space: pre-wrap; tab-size: 4;
}
details {
  margin: .5rem 0; padding: .3rem .8rem;
  border: 1px solid var(--line); border-radius: .4rem;
}
summary { cursor: pointer; font-size: .9rem; }
.good, .bad, .note, .url, .thinking, .program { color: var(--soft); }
.good, .bad { font-size: .8rem; }
.bad, .del { color: var(--del); }
.note { font-size: .9rem; font-style: italic; }
.diff span { display: inline-block; min-width: 100%; }
.add { background: var(--add-well); color: var(--add); }
.del { background: var(--del-well); }
.at { color: var(--mark); }
blockquote {
  margin: .6rem 0; padding-left: 1rem; border-left: 3px solid var(--line);
}
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .6rem; border: 1px solid var(--line); text-align: start; }
img { max-width: 100%; }
hr { border: 0; border-top: 1px solid var(--line); }
@media print {
  body { max-width: none; padding: 0; }
  pre { max-height: none; }
}
`;
