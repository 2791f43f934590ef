import { assert, assertEquals } from "@std/assert";
import { KeyParser } from "../../lib/term/keys.ts";
import {
  createPicker,
  drawPicker,
  matchingChoices,
  type Picker,
  pickerKey,
} from "../../lib/term/picker.ts";
import { createStyles } from "../../lib/term/style.ts";
import { columnsOf } from "../../lib/term/width.ts";

const fruits = ["apple", "banana", "cherry"];

function pickerOf(
  names: readonly string[],
  by: Picker["by"] = "number",
): Picker {
  const choices = names.map((name) => ({ id: `id-${name}`, title: name }));
  return createPicker({ title: "Which?", choices, by });
}

/** Types keys; the id that was chosen, null for none, or where it stands. */
function play(picker: Picker, keys: string): string | null | number {
  const parser = new KeyParser();
  const bytes = new TextEncoder().encode(keys);
  for (const key of [...parser.feed(bytes), ...parser.flush()]) {
    const result = pickerKey(picker, key);
    if (result.kind === "closed") return result.id;
    picker = result.picker;
  }
  return picker.at;
}

const up = "\x1b[A";
const down = "\x1b[B";
const twelve = Array.from({ length: 12 }, (_, index) => `n${index + 1}`);

const cases: readonly (readonly [
  string,
  Picker,
  string,
  string | null | number,
])[] = [
  ["Enter chooses what is marked", pickerOf(fruits), "\r", "id-apple"],
  ["arrows move the marker", pickerOf(fruits), `${down}${down}\r`, "id-cherry"],
  ["the marker stays in the list", pickerOf(fruits), `${up}${up}${up}`, 0],
  ["also at its end", pickerOf(fruits), down.repeat(9), 2],
  ["Escape chooses nothing", pickerOf(fruits), "\x1b", null],
  ["Ctrl+C chooses nothing", pickerOf(fruits), "\x03", null],
  ["a number that can't go on is chosen", pickerOf(fruits), "2", "id-banana"],
  ["one that can go on is marked", pickerOf(twelve), "1", 0],
  ["and chosen by Enter", pickerOf(twelve), "1\r", "id-n1"],
  ["or goes on", pickerOf(twelve), "12", "id-n12"],
  [
    "a second digit that names nothing begins anew",
    pickerOf(twelve),
    "13",
    "id-n3",
  ],
  ["a number of nothing does nothing", pickerOf(fruits), "9", 0],
  ["letters mean nothing in a list of numbers", pickerOf(fruits), "b", 0],
  ["typing filters", pickerOf(fruits, "filter"), "nan\r", "id-banana"],
  [
    "upper case does not matter",
    pickerOf(fruits, "filter"),
    "CHE\r",
    "id-cherry",
  ],
  [
    "each word must be there",
    pickerOf(["red pear", "pear"], "filter"),
    "pear red\r",
    "id-red pear",
  ],
  ["an id is found, too", pickerOf(fruits, "filter"), "id-ch\r", "id-cherry"],
  [
    "digits filter where letters do",
    pickerOf(twelve, "filter"),
    "12\r",
    "id-n12",
  ],
  [
    "Enter on an empty list chooses nothing",
    pickerOf(fruits, "filter"),
    "xyz\r",
    0,
  ],
  [
    "a filter is taken back",
    pickerOf(fruits, "filter"),
    "xyz\x7f\x7f\x7fb\r",
    "id-banana",
  ],
  ["Ctrl+U empties it", pickerOf(fruits, "filter"), "xyz\x15\r", "id-apple"],
  [
    "a filter begins at the first row",
    pickerOf(fruits, "filter"),
    `${down}${down}a\r`,
    "id-apple",
  ],
  ["nothing to choose from", pickerOf([]), `${down}1\r`, 0],
];

for (const [name, picker, keys, expected] of cases) {
  Deno.test(`pickerKey(): ${name}`, () => {
    assertEquals(play(picker, keys), expected);
  });
}

Deno.test("matchingChoices() finds details", () => {
  const choices = [
    { id: "1", title: "a", detail: "2 days ago" },
    { id: "2", title: "b", detail: "just now" },
  ];
  const picker = createPicker({ title: "", choices, by: "filter" });
  const found = matchingChoices({ ...picker, typed: "days" });
  assertEquals(found.map(({ id }) => id), ["1"]);
});

Deno.test("drawPicker() keeps the marker in sight in a small window", () => {
  const names = Array.from({ length: 500 }, (_, index) => `row ${index + 1}`);
  const styles = createStyles(false);
  for (const rows of [3, 10, 24, 60]) {
    for (const at of [0, 1, 250, 498, 499]) {
      const size = { columns: 40, rows };
      const picker = { ...pickerOf(names), at };
      const { lines, cursor } = drawPicker(picker, { size, styles });
      const marked = lines.findIndex((line) => line.startsWith("❯"));
      assert(lines[marked]?.endsWith(` row ${at + 1}`), lines.join("\n"));
      assertEquals(cursor?.row, marked);
      assert(lines.length <= Math.max(4, rows / 2), `${lines.length} lines`);
      assert(lines[0]?.includes(`(${at + 1} of 500)`));
    }
  }
});

Deno.test("drawPicker() fits the width and cannot be steered by what it shows", () => {
  const choices = [
    { id: "1", title: "\x1b[2Jwide 漢字".repeat(20), detail: "a\nb\x07" },
    { id: "2", title: "x", detail: "y".repeat(300) },
  ];
  const picker = createPicker({ title: "t".repeat(99), choices, by: "filter" });
  for (const columns of [10, 24, 80]) {
    const typed = { ...picker, typed: "" };
    const { lines } = drawPicker(typed, {
      size: { columns, rows: 24 },
      styles: createStyles(false),
    });
    for (const line of lines) {
      assert(columnsOf(line) <= columns, `${columns}: ${line}`);
      // deno-lint-ignore no-control-regex -- none may be left
      assert(!/[\x00-\x1f]/.test(line), JSON.stringify(line));
    }
  }
});
