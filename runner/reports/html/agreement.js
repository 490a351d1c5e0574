// How far each two cells agree, drawn once it is asked for.

const CROWDED = 40; // cells from which on numbers have no room

function shared(context, left, right) {
  const [low, high] = left < right ? [left, right] : [right, left];
  return low === high ? null : context.agreement[high][low];
}
function level(same, of) {
  const share = of ? same / of : 0;
  return `p${[0.5, 0.75, 0.9, 1].filter((step) => share >= step).length}`;
}
function pairs(details) {
  const number = Number(details.dataset.agreement);
  const context = data.contexts[number - 1];
  if (!context.agreement) {
    details.append(el("p", {}, "There are too many cells to compare each with each other."));
    return;
  }
  const labels = [...document.querySelectorAll(`table.heat[data-context="${number}"] tbody th a`)];
  const dense = labels.length > CROWDED ? "dense" : "";
  const head = el("tr", {}, el("th", { scope: "col", class: "corner" }, "cases with the same bits, in %"));
  labels.forEach((label) => head.append(el("th", { scope: "col" }, label.textContent)));
  const body = el("tbody", {});
  labels.forEach((label, row) => {
    const line = el("tr", {}, el("th", { scope: "row" }, label.textContent));
    labels.forEach((_, column) => {
      const [same, of] = shared(context, row, column) ?? [1, 1];
      const percent = row === column ? "" : of ? String(Math.floor((100 * same) / of)) : "–";
      line.append(el("td", { class: `${level(same, of)} ${dense}` }, dense ? "" : percent));
    });
    body.append(line);
  });
  const table = el("table", { class: "heat pairs" },
    el("caption", {}, "Share of cases with equal bits, of those that both cells have"),
    el("thead", {}, head), body);
  const readout = el("p", { class: "readout" });
  table.addEventListener("mouseover", (event) => {
    const entry = event.target.closest("td");
    if (!entry) return;
    const [row, column] = [entry.parentElement.sectionRowIndex, entry.cellIndex - 1];
    const both = shared(context, row, column);
    const names = [row, column].map((place) => context.cells[place].cell);
    readout.textContent = both
      ? `${names[0]} and ${names[1]}: ${both[0]} of ${count(both[1], "case")} have the same bits` : "";
  });
  details.append(el("p", {}, "Of the cases that are identical in both cells, the share with the same bits."),
    el("div", { class: "frame" }, table), readout);
}
for (const details of document.querySelectorAll("details.agreement")) {
  details.addEventListener("toggle", () => pairs(details), { once: true });
}
