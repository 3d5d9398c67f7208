/** Rows of equal shape as lines of a table: a heading from the fields' names, numbers to the right. */
export function tableLines(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const cells = rows.map((row) => names.map((name) => cellText(row[name])));
	const widths = names.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
	const numeric = names.map((name) => rows.every((row) => typeof row[name] === "number" || row[name] === undefined));
	const line = (texts: readonly string[]): string =>
		texts
			.map((text, column) => {
				const width = widths[column] ?? 0;
				return numeric[column] ? text.padStart(width) : text.padEnd(width);
			})
			.join("  ")
			.trimEnd();
	return [line(names), ...cells.map(line)];
}

function cellText(value: unknown): string {
	if (typeof value === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
	if (typeof value === "boolean") return value ? "yes" : "no";
	return value === undefined || value === null ? "" : String(value);
}
