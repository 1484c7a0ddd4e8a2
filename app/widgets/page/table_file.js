// A table of the page as CSV that a spreadsheet shows as it is.

const NUMBER = /^[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(e[-+]?\d+)?$/i;
const FORMULA = /^[=+\-@\t\r]/;
const LIKE_A_DATE = /^[\d\s.,:;/\\'()+*_^-]*\d[\d\s.,:;/\\'()+*_^-]*$/;

export async function csvOf(table) {
  const lines = [...table.rows].map((row) => [...row.cells].flatMap(cells).map(written).join(","));
  return new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

// A cell that is several columns wide has empty ones behind it.
function cells(cell) {
  return [textOf(cell), ...Array(cell.colSpan - 1).fill("")];
}

function textOf(cell) {
  const box = cell.querySelector('input[type="checkbox"]');
  const picture = cell.querySelector('[role="img"], img[alt]');
  const text = cell.textContent.replace(/\s+/g, " ").trim();
  if (box && !text) return box.checked ? "1" : "0";
  return text || picture?.getAttribute("aria-label") || picture?.alt || "";
}

// Numbers stay numbers; what would be read as a formula or a date gets a quote in front.
export function written(text) {
  const plain = text.replaceAll("−", "-");
  if (plain && NUMBER.test(plain)) return plain.replaceAll(",", "");
  const safe = FORMULA.test(plain) || LIKE_A_DATE.test(plain) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
