// Tables as plain text with aligned columns.

/** Prints a title and rows. The first column is left-aligned text, the others are right-aligned numbers. */
export function table(title, head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of lines) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])));
    console.log(`  ${cells.join("   ")}`);
  }
}

/** 12345 as "12 345". */
export function grouped(number) {
  return Math.round(number)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, " ");
}
