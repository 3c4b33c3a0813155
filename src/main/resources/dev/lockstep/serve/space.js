"use strict";
/* The map: images and texts where the model puts them, coloured by category. */
const COLOURS = [
  "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e0a800", "#56b4e9", "#8c564b", "#7f7f00",
  "#9467bd", "#17a2a2", "#e377c2", "#6b6ecf"
];
const NEAR = 12;
let space = null;
let categories = [];
let hiddenCategories = new Set();
let seen = {scale: 1, x: 0, y: 0};
let dragged = null;
let pointed = null;

async function openSpace() {
  if (!space) {
    document.getElementById("space-about").textContent = words("searching");
    space = await (await ask("space")).json();
    const counts = new Map();
    for (const point of space.points) {
      counts.set(point.category, (counts.get(point.category) || 0) + 1);
    }
    categories = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
    showAll();
  }
  describeSpace();
  drawSpace();
}

function describeSpace() {
  if (!space) {
    return;
  }
  const share = (100 * (space.shares[0] + space.shares[1])).toFixed(1);
  document.getElementById("space-about").textContent = words("spaceAbout", {
    share,
    images: space.images.toLocaleString(language),
    texts: space.texts.toLocaleString(language)
  });
  document.getElementById("map").setAttribute("aria-label", words("mapLabel"));
  const legend = document.getElementById("legend");
  legend.replaceChildren(...categories.map(category => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(!hiddenCategories.has(category)));
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    mark.setAttribute("viewBox", "0 0 10 10");
    mark.setAttribute("aria-hidden", "true");
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("cx", "5");
    dot.setAttribute("cy", "5");
    dot.setAttribute("r", "4.5");
    dot.setAttribute("fill", colourOf(category));
    mark.append(dot);
    button.append(mark, category || words("otherCategory"));
    button.addEventListener("click", () => {
      if (!hiddenCategories.delete(category)) {
        hiddenCategories.add(category);
      }
      button.setAttribute("aria-pressed", String(!hiddenCategories.has(category)));
      drawSpace();
    });
    item.append(button);
    return item;
  }));
}

function colourOf(category) {
  return COLOURS[categories.indexOf(category) % COLOURS.length];
}

function showAll() {
  const xs = space.points.map(p => p.x);
  const ys = space.points.map(p => p.y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const canvas = document.getElementById("map");
  const scale = 0.92 * Math.min(
    canvas.clientWidth / Math.max(right - left, 1e-6), canvas.clientHeight / Math.max(high - low, 1e-6));
  seen = {scale, x: (left + right) / 2, y: (low + high) / 2};
}

function placeOf(point, canvas) {
  return [
    canvas.clientWidth / 2 + (point.x - seen.x) * seen.scale,
    canvas.clientHeight / 2 - (point.y - seen.y) * seen.scale
  ];
}

function drawSpace() {
  const canvas = document.getElementById("map");
  if (!space || canvas.clientWidth === 0) {
    return;
  }
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.globalAlpha = 0.8;
  for (const point of space.points) {
    if (hiddenCategories.has(point.category)) {
      continue;
    }
    const [x, y] = placeOf(point, canvas);
    const size = point === pointed ? 7 : 3.5;
    pen.beginPath();
    if (point.kind === "image") {
      pen.arc(x, y, size, 0, 2 * Math.PI);
      pen.fillStyle = colourOf(point.category);
      pen.fill();
    } else {
      pen.moveTo(x, y - size);
      pen.lineTo(x + size, y);
      pen.lineTo(x, y + size);
      pen.lineTo(x - size, y);
      pen.closePath();
      pen.strokeStyle = colourOf(point.category);
      pen.lineWidth = 1.4;
      pen.stroke();
    }
  }
}

function pointAt(event) {
  const canvas = document.getElementById("map");
  const box = canvas.getBoundingClientRect();
  let best = null;
  let nearest = NEAR;
  for (const point of space ? space.points : []) {
    if (!hiddenCategories.has(point.category)) {
      const [x, y] = placeOf(point, canvas);
      const away = Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top));
      if (away < nearest) {
        nearest = away;
        best = point;
      }
    }
  }
  return best;
}

function showPointed(event) {
  const point = pointAt(event);
  if (point === pointed) {
    return;
  }
  pointed = point;
  const figure = document.getElementById("under-pointer");
  figure.hidden = !point;
  if (point) {
    const canvas = document.getElementById("map");
    const [x, y] = placeOf(point, canvas);
    showPicture(figure.querySelector("img"), "images/" + point.id);
    figure.querySelector("figcaption").textContent = point.label;
    figure.style.left = Math.min(x + 14, canvas.clientWidth - 120) + "px";
    figure.style.top = Math.min(y + 14, canvas.clientHeight - 130) + "px";
  }
  drawSpace();
}

function zoomSpace(factor) {
  seen.scale *= factor;
  drawSpace();
}

{
  const canvas = document.getElementById("map");
  canvas.addEventListener("pointerdown", event => {
    dragged = {x: event.clientX, y: event.clientY, moved: false};
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", event => {
    if (!dragged) {
      showPointed(event);
      return;
    }
    const [dx, dy] = [event.clientX - dragged.x, event.clientY - dragged.y];
    if (Math.hypot(dx, dy) > 3 || dragged.moved) {
      dragged = {x: event.clientX, y: event.clientY, moved: true};
      seen.x -= dx / seen.scale;
      seen.y += dy / seen.scale;
      drawSpace();
    }
  });
  canvas.addEventListener("pointerup", event => {
    const clicked = dragged && !dragged.moved ? pointAt(event) : null;
    dragged = null;
    if (clicked) {
      lookLike({id: clicked.id, name: clicked.label, url: "images/" + clicked.id});
    }
  });
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    zoomSpace(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, {passive: false});
  canvas.addEventListener("keydown", event => {
    const step = 40 / seen.scale;
    const moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step]};
    if (event.key in moves) {
      seen.x += moves[event.key][0];
      seen.y += moves[event.key][1];
      drawSpace();
    } else if (event.key === "+" || event.key === "=") {
      zoomSpace(1.2);
    } else if (event.key === "-") {
      zoomSpace(1 / 1.2);
    } else if (event.key === "0") {
      showAll();
      drawSpace();
    } else {
      return;
    }
    event.preventDefault();
  });
  window.addEventListener("resize", drawSpace);
}
