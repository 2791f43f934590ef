/** The program's version; a check keeps it equal to deno.json's. */
export const version = "0.1.0";
