// The view of one cell: everything that is recorded of it.

function table(caption, headers, rows, kind = "plain") {
  const names = el("tr", {}, ...headers.map((name) => el("th", { scope: "col" }, name)));
  const head = headers.length ? el("thead", {}, names) : null;
  const body = rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first),
    ...rest.map((one) => (one instanceof HTMLTableCellElement ? one : el("td", {}, one)))));
  return el("div", { class: "frame" }, el("table", { class: kind },
    el("caption", {}, caption), head, el("tbody", {}, ...body)));
}
const section = (name, ...children) => el("section", {}, el("h2", {}, name), ...children);
const folded = (name, content) => el("details", {}, el("summary", {}, name), content);
const entries = (map) => Object.entries(map).map(([name, value]) => [name, String(value)]);

function axesOf(cell, loaded) {
  const names = [...new Set([...Object.keys(cell.axes), ...Object.keys(loaded?.axes ?? {})])];
  const rows = names.map((axis) => [axis, cell.axes[axis] ?? "", loaded?.axes[axis] ?? ""]);
  return section("Declared and loaded", table("Axes", ["axis", "declared", "loaded"], rows));
}
function madeOf(cell) {
  const kinds = [...new Set(cell.trials.map((trial) => trial.made_of))];
  const parts = kinds.map((kind) => {
    const of = cell.trials.filter((trial) => trial.made_of === kind);
    const name = kinds.length > 1 ? el("h3", {}, count(of.length, "trial")) : null;
    const rows = entries(data.pool[kind]).filter(([, value]) => value !== "");
    return el("div", {}, name, table("What the trials ran in", [], rows));
  });
  return section("Image, host and key", ...parts);
}
function loadedParts(loaded) {
  const recipe = loaded.recipe.length
    ? [section("Determinism recipe", el("pre", {}, loaded.recipe.join("\n")))] : [];
  const [libraries, packages, variables, build] = ["libraries", "packages", "variables", "build"]
    .map((name) => data.pool[loaded[name]]);
  return [...recipe, section("Also loaded",
    ...(Object.keys(loaded.more).length ? [table("Hardware", [], entries(loaded.more))] : []),
    libraries.length ? table("CUDA libraries", ["library", "version", "path"], libraries) : null,
    folded(count(Object.keys(packages).length, "package"), table("Packages", ["package", "version"], entries(packages))),
    folded("Variables that TensorFlow reads", table("Variables", ["name", "value"], entries(variables))),
    folded("How TensorFlow was built", table("Build", [], entries(build))),
    folded("Flags of the processor", el("pre", {}, data.pool[loaded.cpu_flags])))];
}
function trialsOf(cell) {
  const rows = cell.trials.map((one) => [one.started, one.order,
    el("td", {}, el("span", { class: `status ${one.status}` }, one.status)), `${one.seconds} s`,
    one.exit_code === null ? "" : String(one.exit_code), data.pool[one.made_of].host,
    one.counted ? "yes" : "no", one.reason]);
  const headers = ["began (UTC)", "order", "status", "took", "exit", "host", "counts", "reason"];
  const logs = cell.trials.filter((one) => one.log !== null).map((one) => {
    const log = folded(`Log of the trial of ${one.started}: ${one.status}`, el("pre", { tabindex: "0" }, data.pool[one.log]));
    log.open = one.status !== "done";
    return log;
  });
  const gpus = cell.trials.filter((one) => one.gpu !== null).map((one) => folded(
    `GPU before and after the trial of ${one.started}`, el("pre", {}, JSON.stringify(data.pool[one.gpu], null, 2))));
  const left = cell.trials_left_out
    ? el("p", {}, `${count(cell.trials_left_out, "older trial")} left out here.`) : null;
  return section("Trials", rows.length ? table("Trials, the newest first", headers, rows)
    : el("p", {}, "No trial is stored."), left, ...logs, ...gpus);
}
function casesOf(context, cell) {
  let place = 0;
  const rows = context.families.flatMap(([family, cases]) => cases.map((name) => {
    const outcome = outcomeOf(cell, place);
    place += 1;
    return [name, family, el("td", { class: `mark ${outcome?.tone ?? "absent"}` }, outcome?.mark ?? ""),
      outcome ? outcome.verdict + (outcome.level ? ` ${outcome.level}` : "") : "did not run",
      outcome ? evidence(outcome) : "", bounds(outcome), outcome?.reason ?? ""];
  }));
  const headers = ["case", "family", "bits", "verdict", "rests on", "at 95 %, differ at most", "reason"];
  return cell.result ? section("Cases", table("Every case in this cell", headers, rows)) : null;
}
function bounds(outcome) {
  if (!outcome || outcome.rate_below === null) return "";
  const of = (rate, what) => (rate < 1 ? [`${Math.round(100 * rate)} % of ${what}`] : []);
  return [...of(outcome.rate_below, "repeats"), ...of(outcome.process_rate_below, "processes")].join(", ");
}
function tracesOf(context, cell) {
  const found = context.traces.filter((one) => one.cells.includes(cell.cell));
  const parts = found.map((trace) => {
    const other = trace.cells[trace.cells[0] === cell.cell ? 1 : 0];
    const rows = trace.stages.map((one) => [one.stage,
      one.mismatched === null ? "not comparable" : `${one.mismatched} of ${one.elements}`,
      one.greatest_difference === null ? "" : one.greatest_difference.toPrecision(3),
      one.greatest_ulps === null ? "" : one.greatest_ulps.toLocaleString("en")]);
    return folded(`${trace.case}: first at ${trace.stages[0].stage}, against ${other}`,
      table(trace.case, ["stage", "elements that differ", "greatest difference", "steps"], rows));
  });
  return found.length ? section("Where training differs first", ...parts) : null;
}
function alike(context, cell) {
  const place = context.cells.indexOf(cell);
  if (!context.agreement || !cell.result || context.agreement.length < 2) return null;
  const rows = context.agreement
    .map((_, other) => ({ other, both: shared(context, place, other) }))
    .filter(({ both }) => both && both[1])
    .sort((one, two) => two.both[0] / two.both[1] - one.both[0] / one.both[1]).slice(0, 8)
    .map(({ other, both }) => [link(context, context.cells[other]), `${both[0]} of ${both[1]}`]);
  return section("Cells that agree most", table("Cells that agree most", ["cell", "cases with the same bits"], rows));
}
const link = (context, cell) => el("a", { href: address(context, cell) }, cell.cell);

function command(text) {
  const copy = el("button", { type: "button", class: "copy" }, "Copy");
  copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; }
    catch { copy.textContent = "Select it and copy"; }
  });
  return section("Run it again", el("div", { class: "command" }, el("code", {}, text), copy));
}
function page(context, cell) {
  const place = context.cells.indexOf(cell);
  const near = [["previous", -1], ["next", 1]].flatMap(([name, by]) => {
    const other = context.cells[place + by];
    return other ? [" · ", el("a", { href: address(context, other) }, name)] : [];
  });
  const loaded = cell.loaded === null ? null : data.pool[cell.loaded];
  const counted = `${cell.trials_done} of ${count(cell.trials_started, "trial")} finished`
    + (cell.trials_superseded ? `, ${count(cell.trials_superseded, "older one")} not counted` : "")
    + (cell.damaged_files ? `, ${count(cell.damaged_files, "file")} damaged` : "");
  return [
    el("p", {}, el("a", { href: "#results" }, "← All results"), ...near),
    el("h1", {}, cell.cell),
    el("p", {}, el("span", { class: `status ${cell.status}` }, cell.status),
      ` · ${counted} · ${context.title}`),
    cell.reason ? el("p", {}, cell.reason) : null,
    command(cell.command),
    el("div", { class: "columns" }, axesOf(cell, loaded), madeOf(cell)),
    el("div", { class: "columns" }, ...(loaded ? loadedParts(loaded) : [])),
    trialsOf(cell),
    el("div", { class: "columns" }, tracesOf(context, cell), alike(context, cell)),
    casesOf(context, cell),
  ].filter((one) => one !== null);
}
