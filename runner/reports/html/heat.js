// The heat map of one context: families that open into their cases, arrow keys, words below it.

class Heat {
  constructor(table) {
    this.table = table;
    this.context = data.contexts[table.dataset.context - 1];
    this.rows = [...table.tBodies[0].rows];
    this.head = table.tHead.rows[0];
    this.readout = table.closest("section").querySelector(".readout");
    this.readout.id = `readout-${table.dataset.context}`;
    this.families = [];
    let first = 0;
    this.context.families.forEach(([name, cases], place) => {
      const button = this.head.cells[place + 1].querySelector("button");
      this.families.push({ name, cases, first, button, open: false });
      button.addEventListener("click", () => this.expand(place, !this.families[place].open));
      first += cases.length;
    });
    this.rows.forEach((row, place) => {
      row.cells[0].firstElementChild.tabIndex = place ? -1 : 0;
    });
    table.addEventListener("click", (event) => this.enter(event.target.closest("td")));
    table.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["focusin", "mouseover"]) {
      table.addEventListener(kind, (event) => this.describe(event.target.closest("td, th")));
    }
  }
  // The columns as they are: each is a family, or one of its cases.
  columns() {
    return this.families.flatMap((family) => [
      { family, place: null },
      ...(family.open ? family.cases.map((_, nth) => ({ family, place: family.first + nth })) : []),
    ]);
  }
  expand(number, open) {
    const family = this.families[number];
    if (family.open === open) return;
    const at = 1 + this.columns().findIndex((one) => one.family === family);
    family.open = open;
    family.button.setAttribute("aria-expanded", String(open));
    const names = family.cases.map((name) => el("th", { scope: "col", class: "case" }, name));
    this.splice(this.head, at, names, open, family.cases.length);
    this.rows.forEach((row, place) => {
      const cell = this.context.cells[place];
      const entries = family.cases.map((_, nth) => {
        const outcome = outcomeOf(cell, family.first + nth);
        return el("td", { class: `of-case ${outcome?.tone ?? "absent"}` }, outcome?.mark ?? "");
      });
      this.splice(row, at, entries, open, family.cases.length);
    });
    show();
  }
  splice(row, at, entries, open, many) {
    if (open) row.cells[at].after(...entries);
    else for (let nth = 0; nth < many; nth += 1) row.cells[at + 1].remove();
  }
  filter(wanted) {
    const columns = this.columns();
    const seen = columns.map(({ family, place }) => wanted.column(family, place));
    [this.head, ...this.rows].forEach((row) => {
      seen.forEach((visible, nth) => { row.cells[nth + 1].hidden = !visible; });
    });
    const places = this.families
      .filter((family) => wanted.column(family, null))
      .flatMap((family) => family.cases.map((_, nth) => family.first + nth))
      .filter((place) => wanted.place(this, place));
    let shown = 0;
    this.rows.forEach((row, nth) => {
      row.hidden = !wanted.row(this.context.cells[nth], places);
      shown += !row.hidden;
    });
    return shown;
  }
  enter(entry) {
    const row = entry?.closest("tbody tr");
    if (row) location.hash = row.cells[0].firstElementChild.hash;
  }
  describe(entry) {
    const row = entry?.closest("tbody tr");
    if (!row || !entry.cellIndex) return;
    const cell = this.context.cells[this.rows.indexOf(row)];
    const { family, place } = this.columns()[entry.cellIndex - 1];
    this.readout.textContent = place === null
      ? `${cell.cell} · ${family.name}: ${this.summary(cell, family)}`
      : `${cell.cell} · ${family.cases[place - family.first]}: ${told(outcomeOf(cell, place))}`;
  }
  summary(cell, family) {
    const kinds = new Map();
    family.cases.forEach((name, nth) => {
      const kind = outcomeOf(cell, family.first + nth)?.verdict ?? "did not run";
      kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
    });
    return [...kinds]
      .map(([kind, names]) => `${names.length} ${kind}${kind === "identical" ? "" : ` (${names.join(", ")})`}`)
      .join("; ");
  }
  key(event) {
    const from = event.target.closest("td, th");
    const steps = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -Infinity], End: [0, Infinity],
    };
    if (event.key === "Enter" && event.target === from) this.enter(from);
    const step = steps[event.key];
    if (!step || !from || event.altKey || event.metaKey) return;
    event.preventDefault();
    const rows = [this.head, ...this.rows.filter((row) => !row.hidden)];
    const near = (list, index, by) => list[Math.max(0, Math.min(list.length - 1, index + by))];
    const row = near(rows, rows.indexOf(from.parentElement), step[0]);
    const entries = [...from.parentElement.cells].filter((one) => !one.hidden);
    const column = near(entries, entries.indexOf(from), step[1]).cellIndex;
    this.focus(row.cells[column], from);
  }
  focus(entry, from) {
    const inner = entry.querySelector("a, button") ?? entry;
    if (from.tagName === "TD") from.removeAttribute("tabindex");
    else if (from.closest("tbody")) from.firstElementChild.tabIndex = -1;
    inner.tabIndex = 0;
    inner.setAttribute("aria-describedby", this.readout.id);
    inner.focus();
    inner.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
