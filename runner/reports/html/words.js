// What the page is made of: its data, from the block of JSON in it, and the elements that all parts
// use. Whatever comes out of a record is written as text, never as markup.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const report = document.getElementById("report");
const view = document.getElementById("cell");
const form = document.getElementById("filters");
const title = document.title;

function el(tag, options, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) made.setAttribute(name, value);
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const processes = (number) => `${number} process${number === 1 ? "" : "es"}`;
const address = (context, cell) =>
  `#cell/${data.contexts.indexOf(context) + 1}/${encodeURIComponent(cell.cell)}`;
const outcomeOf = (cell, place) => data.outcomes[cell.cases[place]] ?? null;

// One outcome in words.
function evidence(outcome) {
  if (!outcome.repeats_seen) return processes(outcome.processes);
  return `${count(outcome.repeats_seen, "repeat")} in ${processes(outcome.processes)}`;
}
function told(outcome) {
  if (!outcome) return "did not run";
  const parts = [outcome.verdict + (outcome.level ? ` ${outcome.level}` : "")];
  if (outcome.group) parts.unshift(`group ${outcome.group}`);
  if (outcome.verdict === "varies") parts.push(`${outcome.distinct_results} different results`);
  parts.push(evidence(outcome));
  if (outcome.reason) parts.push(outcome.reason);
  return parts.join(" · ");
}
