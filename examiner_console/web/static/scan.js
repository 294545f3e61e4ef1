// A scanner types the lines of the zone with Enter after each: the first Enter does not search yet.

const FIRST_LINES = [/^P[A-Z<][A-Z0-9<]{42}$/, /^[ACIV][A-Z0-9<]{29}$/, /^[ACIV][A-Z0-9<]{59}$/, /^[ACIPV][A-Z0-9<]{35}$/];

export function awaitLastLine(field) {
  field?.addEventListener("keydown", (event) => {
    const scanned = field.value.trim().toUpperCase();
    if (event.key === "Enter" && FIRST_LINES.some((line) => line.test(scanned))) event.preventDefault();
  });
}
