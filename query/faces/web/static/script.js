// What pages do beyond links and forms. Nothing depends on it: every page is complete without.
"use strict";
(() => {
  const prefix = document.body.dataset.prefix;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  document.documentElement.classList.add("scripted");

  // --- basket: ids in this browser; the page of the basket has them in its address ---
  const KEY = "quiver-basket";
  const kept = () => { try { return JSON.parse(localStorage.getItem(KEY) || "[]"); } catch { return []; } };
  const keep = (ids) => {
    try { localStorage.setItem(KEY, JSON.stringify([...new Set(ids)].slice(0, 500))); } catch { /* private window */ }
    showBasket();
  };
  const basketAddress = () => {
    const ids = kept();
    return `${prefix}/basket` + (ids.length ? "?" + ids.map((id) => "id=" + encodeURIComponent(id)).join("&") : "");
  };
  function showBasket() {
    const ids = kept();
    for (const link of all("[data-basket]")) {
      link.href = basketAddress();
      link.textContent = ids.length ? `Basket (${ids.length})` : "Basket";
    }
    for (const button of all(".keep")) {
      const inside = ids.includes(button.closest("[data-id]").dataset.id);
      button.textContent = inside ? "in the basket" : "into the basket";
      if (button.matches("button")) button.setAttribute("aria-pressed", String(inside));
    }
  }
  function toggle(id) {
    const ids = kept();
    keep(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
  }
  function dress(root) {
    for (const hit of all("li.hit[data-id]", root)) {
      if (one("button.keep", hit) || hit.closest(".basket")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "keep";
      let tools = one(".tools", hit);
      if (!tools) { tools = document.createElement("p"); tools.className = "tools"; hit.append(tools); }
      tools.prepend(button);
    }
    for (const block of all(".bibtex", root)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      block.append(button);
    }
    showBasket();
  }
  const basketPage = one(".basket");
  if (basketPage) {
    // The address may be somebody else's basket: it is put beside what this browser keeps where that is wanted.
    const here = all("li.hit", basketPage).map((hit) => hit.dataset.id), mine = kept();
    // Without one the address is that of the basket which this browser keeps.
    if (mine.length && !new URLSearchParams(location.search).has("id")) location.replace(basketAddress());
    const fresh = here.filter((id) => !mine.includes(id));
    let added = false;
    try { added = sessionStorage.getItem(KEY) !== null; sessionStorage.removeItem(KEY); } catch { /* private window */ }
    if (fresh.length && (added || !mine.length)) keep([...mine, ...here]);
    else if (fresh.length) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Add ${fresh.length} to my basket of ${mine.length}`;
      button.addEventListener("click", () => { keep([...mine, ...here]); location.assign(basketAddress()); });
      one("h1", basketPage).after(button);
    }
    for (const drop of all("a.drop", basketPage)) drop.addEventListener("click", () => {
      keep(kept().filter((id) => id !== drop.closest("[data-id]").dataset.id));
    });
    one("form", basketPage).addEventListener("submit", () => {
      try { sessionStorage.setItem(KEY, "added"); } catch { /* private window */ }
    });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.keep, a.keep, button.copy, a.explain");
    if (!button || event.ctrlKey || event.metaKey) return;
    if (button.matches(".keep")) {
      event.preventDefault();
      toggle(button.closest("[data-id]").dataset.id);
    } else if (button.matches(".copy")) {
      await navigator.clipboard.writeText(one("pre", button.parentElement).textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    } else {
      event.preventDefault();
      const hit = button.closest(".hit");
      const page = await load(button.href);
      const why = page && one(`#${hit.id} .why`, page);
      if (why && !one(".why", hit)) hit.insertBefore(why, one(".tools", hit));
    }
  });

  // --- search while typing: the page that the form would open, its answer put in place ---
  let loading = null;
  async function load(address) {
    if (loading) loading.abort();
    loading = new AbortController();
    try {
      const answer = await fetch(address, { signal: loading.signal, headers: { accept: "text/html" } });
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { return null; }
  }
  const form = one("form#search");
  const box = one("input[type=search]");
  const list = one("#completions");
  let timer = 0, suggesting = null;
  async function asYouType() {
    const address = form.action + "?" + new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const page = await load(address);
    const fresh = page && one("#results", page);
    if (!fresh) return;
    one("#results").replaceWith(fresh);
    dress(fresh);
    document.title = page.title;
    history.replaceState(null, "", address);
  }
  async function suggest() {
    const typed = box.value;
    const word = typed.match(/[^\s"():]+$/);
    if (!list || !word || word[0].length < 2) return;
    if (suggesting) suggesting.abort();
    suggesting = new AbortController();
    try {
      const query = new URLSearchParams({ prefix: word[0], limit: "4" });
      const found = await (await fetch(`${prefix}/api/suggest?${query}`, { signal: suggesting.signal })).json();
      const before = typed.slice(0, typed.length - word[0].length);
      const rows = [
        ...found.words.map((row) => [before + row.value, row.count]),
        ...found.authors.map((row) => [`${before}author:="${row.value}"`, row.count]),
        ...found.venues.map((row) => [`${before}venue:="${row.value}"`, row.count]),
      ];
      list.replaceChildren(...rows.map(([value, count]) => {
        const option = document.createElement("option");
        option.value = value;
        option.label = `${count} papers`;
        return option;
      }));
    } catch { /* a later letter was typed */ }
  }
  if (form && box) {
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { asYouType(); suggest(); }, 120);
    });
  }

  // --- keys ---
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input:not([type=checkbox]), textarea");
    if (event.key === "/" && !typing) { event.preventDefault(); box?.focus(); box?.select(); return; }
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    const links = all(".hit h3 a");
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && links.length && (!typing || !list?.options.length)) {
      const at = links.indexOf(document.activeElement);
      const next = at < 0 ? (event.key === "ArrowDown" && (typing || event.target === document.body) ? 0 : -1)
        : at + (event.key === "ArrowDown" ? 1 : -1);
      if (next >= 0 && next < links.length) { event.preventDefault(); links[next].focus(); }
      else if (at === 0 && event.key === "ArrowUp") { event.preventDefault(); box?.focus(); }
    }
    const hit = document.activeElement?.closest("[data-id]");
    if (event.key === "b" && !typing && hit) toggle(hit.dataset.id);
  });

  // --- years: dragging over the bars sets both fields ---
  document.addEventListener("pointerdown", (event) => {
    const chart = event.target.closest(".search .years svg");
    if (!chart || event.button) return;
    const first = Number(chart.dataset.first), last = Number(chart.dataset.last);
    const shape = chart.getBoundingClientRect();
    const years = Math.max(last - first + 1, 8);
    const yearAt = (x) => Math.min(last, Math.max(first, first + Math.floor((x - shape.left) / shape.width * years)));
    const began = yearAt(event.clientX);
    let ended = began, moved = false;
    const move = (now) => {
      ended = yearAt(now.clientX);
      moved ||= Math.abs(now.clientX - event.clientX) > 4;
      if (!moved) return;
      const [low, high] = [Math.min(began, ended), Math.max(began, ended)];
      for (const bar of all(".bar", chart)) {
        const year = Number(bar.dataset.year);
        bar.classList.toggle("dragged", year >= low && year <= high);
      }
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      if (!moved) return;
      chart.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
      const range = one(".range");
      range.elements.from.value = Math.min(began, ended);
      range.elements.to.value = Math.max(began, ended);
      range.requestSubmit();
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
  });
  document.addEventListener("dragstart", (event) => { if (event.target.closest(".years")) event.preventDefault(); });

  dress(document);
})();
