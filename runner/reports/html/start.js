// Which view is shown, as the address says, and how the page begins and is printed.

let left = null;
function decoded(text) {
  try { return decodeURIComponent(text); } catch { return null; }
}
function route() {
  const [, number, id] = /^#cell\/(\d+)\/(.*)$/.exec(location.hash) ?? [];
  if (number === undefined) return back();
  const context = data.contexts[number - 1];
  const cell = context?.cells.find((one) => one.cell === decoded(id));
  left ??= { top: scrollY, hash: location.hash };
  view.replaceChildren(...(cell ? page(context, cell) : [el("p", {}, "There is no such cell in this report. "),
    el("a", { href: "#results" }, "All results")]));
  report.hidden = true;
  view.hidden = false;
  document.title = cell ? `${cell.cell} · samebits` : title;
  scrollTo({ top: 0, behavior: "instant" });
  view.focus({ preventScroll: true });
}
function back() {
  report.hidden = false;
  view.hidden = true;
  view.replaceChildren();
  document.title = title;
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
  if (left && (!target || target.id === "results")) {
    scrollTo({ top: left.top, behavior: "instant" });
    const from = [...document.querySelectorAll("table a")].find((one) => one.hash === left.hash);
    from?.focus({ preventScroll: true });
  } else target?.scrollIntoView();
  left = null;
}

// On paper: every row, nothing folded.
let folds = [];
addEventListener("beforeprint", () => {
  form.reset();
  clear();
  const crowded = (one) => one.matches(".agreement")
    && data.contexts[one.dataset.agreement - 1].cells.length > CROWDED;
  folds = [...report.querySelectorAll("details:not([open])")].filter((one) => !crowded(one));
  for (const one of folds) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folds) one.open = false; });

fill();
show();
form.addEventListener("input", search);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(clear)); // the fields are cleared after the event
addEventListener("hashchange", route);
if (location.hash.startsWith("#cell/")) route();
document.documentElement.dataset.ready = "yes";
performance.mark("ready");
