"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const view = document.getElementById("view"), svg = view.querySelector("svg"), said = document.getElementById("said");
  const groups = [...svg.children].filter(g => g.localName === "g" && !g.classList.length);
  const told = [...svg.querySelectorAll(".told")], items = [...document.querySelectorAll("#choices > li")];
  const whole = [0, 0, +svg.getAttribute("width"), +svg.getAttribute("height")];
  let at = [...whole], picked = [], open = -1;

  // The picture moves: `at` is the part of it that is seen.
  const draw = () => svg.setAttribute("viewBox", at.join(" "));
  const scale = () => Math.max(at[2] / svg.clientWidth, at[3] / svg.clientHeight);
  const move = (dx, dy) => { at[0] += dx; at[1] += dy; draw(); };
  const zoom = (factor, x = at[0] + at[2] / 2, y = at[1] + at[3] / 2) => {
    const wide = Math.min(Math.max(at[2] * factor, whole[2] / 40), whole[2] * 4), by = wide / at[2];
    at = [x - (x - at[0]) * by, y - (y - at[1]) * by, wide, at[3] * by];
    draw();
  };
  const place = event => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  const reset = () => { at = [...whole]; draw(); };
  const keys = {
    "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), "0": reset,
    ArrowLeft: () => move(-at[2] / 10, 0), ArrowRight: () => move(at[2] / 10, 0),
    ArrowUp: () => move(0, -at[3] / 10), ArrowDown: () => move(0, at[3] / 10),
  };
  view.addEventListener("keydown", event => {
    if (keys[event.key] && !event.ctrlKey && !event.metaKey) { keys[event.key](); event.preventDefault(); }
  });
  view.addEventListener("wheel", event => {
    if (event.ctrlKey || event.metaKey) { zoom(event.deltaY > 0 ? 1.15 : 0.87, ...place(event)); event.preventDefault(); }
  }, { passive: false });
  const fingers = new Map();
  let dragged = false;
  const apart = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
  view.addEventListener("pointerdown", event => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    dragged = false;
  });
  addEventListener("pointermove", event => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const before = fingers.size === 2 ? apart() : 0, dx = event.clientX - last.x, dy = event.clientY - last.y;
    if (!dragged && Math.hypot(dx, dy) < 4) return;
    dragged = true;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) zoom(before / apart(), ...place(event));
    else move(-dx * scale(), -dy * scale());
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => fingers.delete(event.pointerId));
  for (const button of document.querySelectorAll("[data-key]")) button.onclick = () => keys[button.dataset.key]();

  // One choice at a time is told over the picture; what it tells by itself, while there is none.
  const name = key => data.titles[key];
  const tell = number => {
    open = number === open ? -1 : number;
    told.forEach((group, index) => group.classList.toggle("on", index === (open < 0 ? items.length : open)));
    items.forEach((item, index) => {
      item.querySelector("button").setAttribute("aria-expanded", index === open);
      item.querySelector("article").hidden = index !== open;
    });
    groups.forEach((group, index) => group.classList.toggle("end", open >= 0 && data.choices[open].ends.flat().includes(data.boxes[index])));
  };
  const pick = chosen => {
    picked = chosen;
    const [from, to] = picked;
    const fits = ({ ends: [sources, targets] }) => (!from || sources.includes(from) || (!to && targets.includes(from)))
      && (!to || targets.includes(to));
    const found = data.choices.map(fits);
    items.forEach((item, index) => { item.hidden = !found[index]; });
    groups.forEach((group, index) => group.classList.toggle("picked", picked.includes(data.boxes[index])));
    const count = found.filter(Boolean).length, counted = `${count} ${data.noun}${count === 1 ? "" : "s"}`;
    said.textContent = !from ? data.hint : !to ? `${counted} from or to ${name(from)}; choose another box, or the same one again for all.`
      : count ? `${counted} from ${name(from)} to ${name(to)}.`
      : `No ${data.noun} from ${name(from)} to ${name(to)} is on this page${data.otherwise && "; "}${data.otherwise}.`;
    if (to && count && open !== found.indexOf(true)) tell(found.indexOf(true));
    else if (open >= 0 && !found[open]) tell(-1);
  };
  const choose = key => pick(picked.length !== 1 ? [key] : picked[0] === key ? [] : [picked[0], key]);
  const ends = new Set(data.choices.flatMap(choice => choice.ends.flat()));
  groups.forEach((group, index) => {
    const key = data.boxes[index];
    if (!ends.has(key)) return;
    group.classList.add("choice");
    for (const [attribute, value] of [["tabindex", "0"], ["role", "button"], ["aria-label", name(key)]]) group.setAttribute(attribute, value);
    group.addEventListener("click", () => { if (!dragged) choose(key); });
    group.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { choose(key); event.preventDefault(); }
    });
  });
  items.forEach((item, index) => { item.querySelector("button").onclick = () => tell(index); });
  if (!items.length) return;
  addEventListener("keydown", event => { if (event.key === "Escape") pick([]); });
  pick([]);
  tell(data.shown ? 0 : -1);
})();
