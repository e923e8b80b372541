"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Copy buttons stand only where a script runs.
  const copied = (text) => navigator.clipboard
    ? navigator.clipboard.writeText(text)
    : Promise.reject(new Error("no clipboard"));
  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  };
  for (const box of all(".copyable")) {
    const pre = box.querySelector("pre");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${box.dataset.what || "this"}`);
    button.addEventListener("click", () => {
      copied(pre.textContent).catch(() => select(pre)).finally(() => {
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    });
    box.append(button);
  }

  // Filters: of causes, and of tests. An item is shown that has every value that is chosen, and the text in it.
  const filters = all(".filters").map((form) => {
    const items = all(form.dataset.of);
    const fits = (item, [name, value]) => !value || (name === "text"
      ? item.textContent.toLowerCase().includes(value.trim().toLowerCase())
      : item.dataset[name].split("\n").includes(value));
    const show = () => {
      const wanted = [...new FormData(form)];
      for (const item of items) item.hidden = !wanted.every((each) => fits(item, each));
      const left = items.filter((item) => !item.hidden).length;
      form.querySelector("output").textContent = `${left} of ${items.length} shown`;
    };
    form.hidden = false;
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
    return { items, show: () => { form.reset(); show(); } };
  });

  // A link to what is folded or filtered away shows it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) for (const filter of filters) if (filter.items.includes(target)) filter.show();
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
  // Paper has the exchanges of all causes; the scripts stand beside the page.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(".cause .exchange:not([open]), .cause .where:not([open])");
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; });

  // The sequence of calls follows the step that is being read.
  const marked = (step) => {
    for (const arrow of all(".track .arrow")) arrow.classList.toggle("current", arrow.dataset.step === step);
    for (const link of all(".steps a")) {
      if (link.hash === `#step-${step}`) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
  };
  const lessons = all(".lesson");
  const follow = () => {
    const read = lessons.filter((lesson) => lesson.getBoundingClientRect().top < innerHeight / 3).pop() || lessons[0];
    marked(read.dataset.step);
  };
  if (lessons.length) {
    addEventListener("scroll", follow, { passive: true });
    follow();
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") document.activeElement.blur(); });

  // One choice of language for all requests of a page, kept for the next time.
  const choose = (name) => {
    for (const tabs of all(".tabs")) {
      for (const panel of all("[data-language]", tabs)) panel.hidden = panel.dataset.language !== name;
      for (const tab of all("[role=tab]", tabs)) {
        const isOn = tab.dataset.for === name;
        tab.setAttribute("aria-selected", isOn);
        tab.tabIndex = isOn ? 0 : -1;
      }
    }
    try { localStorage.setItem("ecsuite-language", name); } catch { /* a page from disk may have no storage */ }
  };
  const first = document.querySelector(".tabs [data-language]");
  if (first) {
    for (const tabs of all(".tabs")) {
      const list = tabs.querySelector("[role=tablist]");
      list.hidden = false;
      for (const name of all(".language", tabs)) name.hidden = true;
      list.addEventListener("click", (event) => event.target.dataset.for && choose(event.target.dataset.for));
      list.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const own = all("[role=tab]", list);
        if (!step) return;
        const next = own[(own.indexOf(event.target) + step + own.length) % own.length];
        choose(next.dataset.for);
        next.focus();
      });
    }
    let kept = null;
    try { kept = localStorage.getItem("ecsuite-language"); } catch { /* likewise */ }
    const names = all("[data-language]", document.querySelector(".tabs")).map((panel) => panel.dataset.language);
    choose(names.includes(kept) ? kept : first.dataset.language);
  }
})();
