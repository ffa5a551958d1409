// Makes the report answer to the mouse. Everything is readable without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const SVG = "http://www.w3.org/2000/svg";
  root.classList.add("js");

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);

  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; });

  const onPress = (element, action) => {
    element.tabIndex = 0;
    element.addEventListener("click", action);
    element.addEventListener("keydown", e => {
      if (e.key === "Enter" || e.key === " ") {
        e.preventDefault();
        action();
      }
    });
  };

  for (const head of document.querySelectorAll("th[data-sort]")) {
    onPress(head, () => {
      const table = head.closest("table");
      const column = [...head.parentNode.children].indexOf(head);
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = row => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = (a, b) => {
        const x = key(a), y = key(b), nx = Number(x), ny = Number(y);
        if (x === "" || y === "") return (x === "") - (y === "");
        const sign = Number.isNaN(nx) || Number.isNaN(ny) ? x.localeCompare(y, "en") : nx - ny;
        return down ? -sign : sign;
      };
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
    });
  }

  const number = v => v === 0 ? "0" : Math.abs(v) >= 1e6 || Math.abs(v) < 1e-3 ? v.toExponential(3) : String(Number(v.toPrecision(4)));

  // The table inside each picture: panels, their series, their numbers.
  const readTable = svg => {
    const panels = [], names = [];
    const unquote = text => text.replace(/^"|"$/g, "").replace(/""/g, '"');
    for (const line of svg.querySelector("metadata").textContent.split("\n")) {
      const kind = line.slice(0, line.indexOf(","));
      if (kind === "panel") {
        panels.push([]);
      } else if (kind === "series") {
        const [, type, name] = line.match(/^series,(\w+),(.*)$/);
        if (!names.includes(name)) names.push(name);
        panels.at(-1).push({ type, name: unquote(name), id: names.indexOf(name) });
      } else if (kind === "x" || kind === "y" || kind === "low" || kind === "high") {
        panels.at(-1).at(-1)[kind] = line === "x,same" ? panels.at(-1).at(-2).x : line.split(",").slice(1).map(Number);
      }
    }
    return panels;
  };

  const axis = text => {
    const [low, high, kind] = text.split(" ");
    return { low: Number(low), high: Number(high), kind };
  };

  const at = (a, share) => a.kind === "log" ? a.low * Math.pow(a.high / a.low, share) : a.low + share * (a.high - a.low);

  // The point nearest to x.
  const indexAt = (xs, x, log) => {
    let best = -1, least = Infinity;
    for (let i = 0; i < xs.length; i++) {
      const far = log ? Math.abs(Math.log(xs[i] / x)) : Math.abs(xs[i] - x);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  };

  const ticks = (low, high) => {
    const rough = (high - low) / 6, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].find(m => m * power >= rough) * power;
    const list = [];
    for (let i = Math.ceil(low / step); i * step <= high; i++) list.push(Number((i * step).toPrecision(12)));
    return list;
  };

  for (const svg of document.querySelectorAll("svg.figure")) {
    let table = null;
    const hidden = new Set();
    const panels = [...svg.querySelectorAll(".panel")].map((element, index) => {
      const [x, y, width, height] = element.dataset.r.split(" ").map(Number);
      const full = axis(element.dataset.x);
      return { element, index, x, y, width, height, full, view: { ...full } };
    });

    for (const key of svg.querySelectorAll(".key")) {
      onPress(key, () => {
        const id = key.dataset.s, off = !hidden.has(id);
        off ? hidden.add(id) : hidden.delete(id);
        key.classList.toggle("off", off);
        for (const mark of svg.querySelectorAll(`.data [data-s="${id}"]`)) mark.classList.toggle("hidden", off);
      });
    }

    const local = e => new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const under = p => panels.find(q => p.x >= q.x && p.x <= q.x + q.width && p.y >= q.y && p.y <= q.y + q.height);
    const hair = document.createElementNS(SVG, "path");
    hair.setAttribute("class", "hair");
    const brush = document.createElementNS(SVG, "rect");
    brush.setAttribute("class", "brush");
    let from = null;

    const leave = () => {
      tip.hidden = true;
      hair.remove();
    };

    const show = (e, panel, p) => {
      table ??= readTable(svg);
      const x = at(panel.view, (p.x - panel.x) / panel.width), lines = [];
      for (const s of table[panel.index] ?? []) {
        if (!s.x || !s.x.length || hidden.has(String(s.id)) || lines.length > 13) continue;
        const i = indexAt(s.x, x, panel.full.kind === "log");
        if (i < 0) continue;
        if (lines.length === 0) lines.push(`x = ${number(s.x[i])}`);
        lines.push(`${s.name}: ${s.y ? number(s.y[Math.min(i, s.y.length - 1)]) : `${number(s.low[i])} to ${number(s.high[i])}`}`);
      }
      if (lines.length === 0) return leave();
      hair.setAttribute("d", `M${p.x} ${panel.y}v${panel.height}`);
      panel.element.append(hair);
      tip.textContent = lines.join("\n");
      tip.hidden = false;
      const box = tip.getBoundingClientRect();
      tip.style.left = `${Math.min(e.clientX + 14, innerWidth - box.width - 6)}px`;
      tip.style.top = `${Math.max(4, Math.min(e.clientY + 14, innerHeight - box.height - 6))}px`;
    };

    const zoom = (panel, low, high) => {
      const reset = low === panel.full.low && high === panel.full.high;
      panel.view = { low, high, kind: "linear" };
      const data = panel.element.querySelector(".data"), scale = (panel.full.high - panel.full.low) / (high - low);
      const px = v => panel.x + (v - low) / (high - low) * panel.width;
      if (!data.hasAttribute("clip-path")) {
        const clip = document.createElementNS(SVG, "clipPath"), area = document.createElementNS(SVG, "rect"), outer = document.createElementNS(SVG, "g");
        clip.id = `${svg.dataset.f}-c${panel.index}`;
        for (const k of ["x", "y", "width", "height"]) area.setAttribute(k, panel[k]);
        clip.append(area);
        outer.setAttribute("clip-path", `url(#${clip.id})`);
        data.replaceWith(outer);
        outer.append(data);
        panel.element.append(clip);
        data.setAttribute("clip-path", "none");
        for (const shape of data.querySelectorAll("path, rect")) shape.setAttribute("vector-effect", "non-scaling-stroke");
      }
      data.setAttribute("transform", reset ? "" : `translate(${px(panel.full.low) - panel.x * scale} 0) scale(${scale} 1)`);
      for (const marker of data.querySelectorAll(".m")) marker.classList.toggle("hidden", !reset);
      const labels = panel.element.querySelector(".xticks"), shown = ticks(low, high);
      panel.labels ??= [...labels.childNodes];
      panel.grid ??= panel.element.querySelector(".xt").getAttribute("d");
      panel.element.querySelector(".xt").setAttribute("d", reset ? panel.grid : shown.map(v => `M${px(v)} ${panel.y}v${panel.height}`).join(""));
      if (panel.labels.length > 1) {
        labels.replaceChildren(...(reset ? panel.labels : shown.map(v => {
          const text = document.createElementNS(SVG, "text");
          text.setAttribute("x", px(v));
          text.setAttribute("y", panel.y + panel.height + 13);
          text.setAttribute("text-anchor", "middle");
          text.textContent = number(v);
          return text;
        })));
      }
    };

    const zoomAll = (like, low, high) => {
      for (const panel of panels) if (panel.element.dataset.zoom && panel.element.dataset.x === like.element.dataset.x) zoom(panel, low, high);
    };

    svg.addEventListener("pointermove", e => {
      const p = local(e);
      if (from) {
        const end = Math.max(from.panel.x, Math.min(from.panel.x + from.panel.width, p.x));
        brush.setAttribute("x", Math.min(from.x, end));
        brush.setAttribute("width", Math.abs(end - from.x));
        from.end = end;
        return;
      }
      const panel = under(p);
      panel && panel.full.kind !== "category" ? show(e, panel, p) : leave();
    });
    svg.addEventListener("pointerleave", leave);
    svg.addEventListener("pointerdown", e => {
      const p = local(e), panel = under(p);
      if (!panel || !panel.element.dataset.zoom || e.button !== 0) return;
      e.preventDefault();
      leave();
      from = { panel, x: p.x, end: p.x };
      brush.setAttribute("x", p.x);
      brush.setAttribute("width", 0);
      brush.setAttribute("y", panel.y);
      brush.setAttribute("height", panel.height);
      panel.element.append(brush);
    });
    addEventListener("pointerup", () => {
      if (!from) return;
      const { panel, x, end } = from;
      from = null;
      brush.remove();
      if (Math.abs(end - x) < 4) return;
      const share = v => at(panel.view, (v - panel.x) / panel.width);
      zoomAll(panel, share(Math.min(x, end)), share(Math.max(x, end)));
    });
    svg.addEventListener("dblclick", e => {
      const panel = under(local(e));
      if (panel && panel.element.dataset.zoom) zoomAll(panel, panel.full.low, panel.full.high);
    });
  }
})();
