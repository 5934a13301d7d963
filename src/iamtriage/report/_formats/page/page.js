"use strict";
// Values from logs become text nodes, never markup.
(() => {
  const PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const create = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || a === "") return 1;
    if (b === null || b === "") return -1;
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  };
  const setSort = (head, column, isDescending) => {
    head.querySelectorAll("th").forEach((th, at) => {
      if (at === column) th.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
  };
  const addButtons = (head, sort) => {
    head.querySelectorAll("th").forEach((th, at) => {
      const button = create("button", th.textContent);
      button.type = "button";
      button.addEventListener("click", () => {
        const state = th.getAttribute("aria-sort");
        sort(at, state ? state === "ascending" : th.classList.contains("number"));
      });
      th.replaceChildren(button);
    });
  };

  // Small tables, whose rows are in the page.
  document.querySelectorAll("table.sortable").forEach((table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const value = (row, at) => {
      const cell = row.cells[at];
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    addButtons(table.tHead, (at, isDescending) => {
      rows.sort((a, b) => compare(value(a, at), value(b, at)) * (isDescending ? -1 : 1));
      body.append(...rows);
      setSort(table.tHead, at, isDescending);
    });
    const filter = table.closest("section").querySelector("input.filter");
    if (!filter) return;
    filter.closest(".tools").hidden = false;
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      rows.forEach((row) => { row.hidden = !words.every((word) => texts.get(row).includes(word)); });
    });
  });

  // The table of problems, whose rows are data shown page by page.
  const data = byId("problem-data");
  if (!data) return;
  const { names, rows: all, urls, columns } = JSON.parse(data.textContent);
  const at = Object.fromEntries(names.map((name, index) => [name, index]));
  const table = byId("problems");
  const body = table.tBodies[0];
  const status = byId("problem-status");
  const texts = all.map((row) => row.filter((each) => typeof each === "string").join("\n").toLowerCase());
  const selects = [...document.querySelectorAll("select[data-column]")];
  const search = byId("problem-filter");
  let shown = all.map((_, index) => index);
  let page = 0;
  let order = null;

  for (const select of selects) {
    const values = [...new Set(all.map((row) => row[at[select.dataset.column]]))].sort(compare);
    for (const each of values) {
      const title = each === null ? "not stated" : each === true ? "new" : each === false ? "known" : each;
      const option = create("option", title);
      option.value = JSON.stringify(each);
      select.append(option);
    }
  }

  const addFact = (list, name, value, url) => {
    if (value === null || value === undefined || value === "") return;
    list.append(create("dt", name));
    const definition = create("dd");
    if (url && url.startsWith("https://")) {
      const link = create("a", value);
      link.href = url;
      link.rel = "noopener noreferrer";
      link.target = "_blank";
      definition.append(link);
    } else definition.textContent = value;
    list.append(definition);
  };

  const buildRow = (row) => {
    const get = (name) => row[at[name]];
    const tr = create("tr");
    const count = create("td", get("count").toLocaleString("en"), "number");
    count.dataset.name = "Denials";
    const problem = create("td");
    if (get("is_new")) problem.append(create("span", "new", "badge"), " ");
    const details = create("details");
    details.append(create("summary", get("summary")));
    const facts = create("dl", null, "facts");
    const cause = get("cause");
    addFact(facts, "Cause", cause || "Documentation", urls[get("url")]);
    addFact(facts, "Do this first", get("remedy"));
    addFact(facts, "Trust policy", get("trust"));
    for (const [name, title] of columns) addFact(facts, title, get(name));
    details.append(facts);
    if (get("text")) {
      const more = create("details");
      more.append(create("summary", "Explanation"), create("pre", get("text")));
      details.append(more);
    }
    problem.append(details);
    const type = create("td", get("policy_type") || "not stated", get("policy_type") ? "day" : "day quiet");
    type.dataset.name = "Policy type";
    const days = ["first_seen", "last_seen"].map((name) => create("td", (get(name) || "").slice(0, 10), "day"));
    days[0].dataset.name = "First seen";
    days[1].dataset.name = "Last seen";
    tr.append(count, problem, type, ...days);
    return tr;
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    const visible = shown.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(...visible.map((index) => buildRow(all[index])));
    const first = shown.length ? page * PAGE + 1 : 0;
    status.textContent =
      `${first.toLocaleString("en")}–${(page * PAGE + visible.length).toLocaleString("en")} of ` +
      `${shown.length.toLocaleString("en")}` + (shown.length < all.length ? ` (${all.length.toLocaleString("en")} in all)` : "");
    byId("problem-previous").disabled = page === 0;
    byId("problem-next").disabled = page === pages - 1;
  };
  const select = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    const chosen = selects.filter((each) => each.value).map((each) => [at[each.dataset.column], JSON.parse(each.value)]);
    shown = all.map((_, index) => index).filter((index) =>
      words.every((word) => texts[index].includes(word)) &&
      chosen.every(([column, value]) => all[index][column] === value));
    if (order) shown.sort(order);
    page = 0;
    show();
  };
  const keys = ["count", "summary", "policy_type", "first_seen", "last_seen"].map((name) => at[name]);
  addButtons(table.tHead, (column, isDescending) => {
    const key = keys[column];
    order = (a, b) => compare(all[a][key], all[b][key]) * (isDescending ? -1 : 1) || a - b;
    setSort(table.tHead, column, isDescending);
    select();
  });
  search.addEventListener("input", select);
  selects.forEach((each) => each.addEventListener("change", select));
  byId("problem-previous").addEventListener("click", () => { page -= 1; show(); });
  byId("problem-next").addEventListener("click", () => { page += 1; show(); });
  document.querySelectorAll("#problem-tools, #problem-pager").forEach((each) => { each.hidden = false; });
  // New problems come first, so the rows are not sorted by a single column.
  if (!all.some((row) => row[at.is_new])) setSort(table.tHead, 0, true);
  show();
})();
