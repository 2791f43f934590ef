export interface Item {
  name: string;
  price: number;
  quantity: number;
}

/** The total of a cart in cents, after the discount (0.1 is ten percent). */
export function total(items: Item[], discount = 0): number {
  const sum = items.reduce((cents, item) => cents + item.price, 0);
  return Math.round(sum * (1 - discount));
}
