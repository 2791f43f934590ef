/** Files that are read at once: the disk is kept busy, and memory small. */
const width = 8;

/** Does something with each item, some at once. The first error ends it. */
export async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
