// Which rows and columns are shown: by axis, family, verdict, and text.

const heats = [...document.querySelectorAll("table.heat")].map((table) => new Heat(table));

function fill() {
  const axes = new Map();
  const families = new Set();
  for (const context of data.contexts) {
    context.families.forEach(([name]) => families.add(name));
    for (const [axis, values] of Object.entries(context.axes)) {
      axes.set(axis, new Set([...(axes.get(axis) ?? []), ...values]));
    }
  }
  form.elements.family.append(...[...families].map((name) => el("option", { value: name }, name)));
  for (const [axis, values] of axes) {
    const options = [...values].map((value) => el("option", { value: `=${value}` }, value || "none"));
    const select = el("select", { "data-axis": axis }, el("option", { value: "" }, "all"), ...options);
    document.getElementById("axes").append(el("label", {}, axis, select));
  }
  form.hidden = !data.contexts.length;
}

function wanted() {
  const text = form.elements.text.value.trim().toLowerCase();
  const family = form.elements.family.value;
  const verdict = form.elements.verdict.value;
  const axes = [...form.querySelectorAll("select[data-axis]")].filter((one) => one.value);
  const words = text.split(/\s+/);
  const named = (cell) => words.every((word) => cell.cell.toLowerCase().includes(word));
  const case_ = (name) => name.toLowerCase().includes(text);
  const byCase = text && !data.contexts.some((context) => context.cells.some(named));
  const fits = (outcome) => outcome && (verdict === "unproven" ? !outcome.proven : outcome.verdict === verdict);
  const ofAxes = (cell) => axes.every((one) => `=${cell.axes[one.dataset.axis] ?? ""}` === one.value);
  return {
    text, byCase, case_,
    column: (of, place) => (!family || of.name === family) && (!byCase || (place === null
      ? of.cases.some(case_) : case_(of.cases[place - of.first]))),
    place: (heat, place) => !byCase || case_(heat.families.flatMap((one) => one.cases)[place]),
    row: (cell, places) => (byCase || named(cell)) && ofAxes(cell)
      && (!verdict || places.some((place) => fits(outcomeOf(cell, place)))),
    without: (cell) => (!text || (!byCase && named(cell))) && ofAxes(cell) && !family
      && (!verdict || verdict === "without"),
  };
}

function show() {
  const filter = wanted();
  let shown = 0;
  let all = 0;
  for (const heat of heats) {
    shown += heat.filter(filter);
    all += heat.rows.length;
  }
  for (const table of document.querySelectorAll("table[data-without]")) {
    const cells = data.contexts[table.dataset.without - 1].cells.filter((cell) => !cell.result);
    [...table.tBodies[0].rows].forEach((row, nth) => {
      row.hidden = !filter.without(cells[nth]);
      shown += !row.hidden;
      all += 1;
    });
  }
  document.getElementById("count").textContent = `${shown} of ${count(all, "cell")}`;
}

function search() {
  const filter = wanted();
  if (filter.byCase) {
    for (const heat of heats) {
      heat.families.forEach((family, nth) => {
        if (family.cases.some(filter.case_)) heat.expand(nth, true);
      });
    }
  }
  show();
}

function clear() {
  for (const heat of heats) heat.families.forEach((_, nth) => heat.expand(nth, false));
  show();
}
