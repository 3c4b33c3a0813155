"use strict";
/* The search view: what is looked for, the grid of results, and errors in a person's words. */
const byId = id => document.getElementById(id);
const PAGE = 40;
const TYPING_PAUSE = 60;

/** What is looked for besides the text in the box: a picture, and pictures that were found. */
let picture = null;
let like = [];
let results = [];
let total = 0;
let ended = true;
let asked = 0;
let loading = false;
let timer = 0;

class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, body) {
  const headers = {};
  const token = sessionStorage.getItem("token");
  if (token) {
    headers.Authorization = "Bearer " + token;
  }
  const options = {headers};
  if (body) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    throw new Failure(0, "");
  }
  if (!response.ok) {
    let message = "";
    try {
      message = (await response.json()).error;
    } catch (e) {
      message = String(response.status);
    }
    throw new Failure(response.status, message);
  }
  return response;
}

/* A token cannot be sent with an <img>, so with one the picture is fetched. */
async function showPicture(img, address) {
  if (!sessionStorage.getItem("token")) {
    img.src = address;
    return;
  }
  const blob = await (await ask(address)).blob();
  img.onload = () => URL.revokeObjectURL(img.src);
  img.src = URL.createObjectURL(blob);
}

function texts() {
  return byId("query").value.split(/[,，、;；]/).map(t => t.trim()).filter(t => t);
}

function showError(failure) {
  const box = byId("error");
  if (!failure) {
    box.hidden = true;
    box.textContent = "";
    return;
  }
  byId("status").textContent = "";
  const tokenForm = byId("token-form");
  if (failure.status === 401) {
    const tried = sessionStorage.getItem("token");
    sessionStorage.removeItem("token");
    tokenForm.hidden = false;
    byId("token").focus();
    if (!tried) {
      box.hidden = true;
      return;
    }
  }
  const keys = {
    0: "errorOffline", 401: "errorToken", 408: "errorLate", 413: "errorLarge",
    429: "errorBusy", 503: "errorBusy", 504: "errorLate"
  };
  let key = failure.key || keys[failure.status] || "errorOther";
  if (failure.status === 400 && failure.message.includes("does not decode")) {
    key = "errorImage";
  } else if (failure.status === 400 && failure.message.includes("characters")) {
    key = "errorLong";
  } else if (failure.status === 404 && failure.message.includes("--images")) {
    key = "errorNothing";
  }
  box.textContent = words(key, {message: failure.message});
  box.hidden = false;
}

function showParts() {
  const list = byId("parts");
  list.replaceChildren();
  const add = (name, src, remove) => {
    const item = document.createElement("li");
    if (src) {
      const img = document.createElement("img");
      img.alt = "";
      showPicture(img, src);
      item.append(img);
    }
    const label = document.createElement("span");
    label.textContent = name;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", words("remove", {name}));
    button.addEventListener("click", () => {
      remove();
      byId("query").focus();
      search();
    });
    item.append(label, button);
    list.append(item);
  };
  if (picture) {
    add(picture.name || words("image"), picture.address, () => { picture = null; });
  }
  for (const one of like) {
    add(words("likePart", {name: one.name}), one.url, () => { like = like.filter(l => l !== one); });
  }
}

function searchSoon() {
  clearTimeout(timer);
  timer = setTimeout(search, TYPING_PAUSE);
}

async function search() {
  clearTimeout(timer);
  showParts();
  const number = ++asked;
  ended = false;
  loading = false;
  const looked = {texts: texts(), images: picture ? [{b64: picture.b64}] : [], like: like.map(l => l.id)};
  if (looked.texts.length + looked.images.length + looked.like.length === 0) {
    ended = true;
    results = [];
    byId("results").replaceChildren();
    byId("status").textContent = "";
    byId("load-more").hidden = true;
    showError(null);
    return;
  }
  await load(number, looked, 0);
}

async function load(number, looked, offset) {
  loading = true;
  try {
    const answer = await (await ask("search", {...looked, k: PAGE, offset})).json();
    if (number !== asked) {
      return;
    }
    showError(null);
    byId("token-form").hidden = true;
    if (offset === 0) {
      results = [];
      byId("results").replaceChildren();
      window.scrollTo(0, 0);
    }
    total = answer.images;
    const first = results.length;
    results.push(...answer.results);
    byId("results").append(...answer.results.map((r, i) => card(r, first + i)));
    ended = answer.results.length < PAGE || results.length >= Math.min(total, 10000);
    again = () => load(number, looked, results.length);
    byId("load-more").hidden = ended;
    showStatus();
  } catch (e) {
    if (number === asked) {
      ended = true;
      byId("load-more").hidden = true;
      showError(e instanceof Failure ? e : new Failure(500, String(e)));
    }
  } finally {
    if (number === asked) {
      loading = false;
      if (!ended) {
        requestAnimationFrame(loadWhereSeen);
      }
    }
  }
}

let again = () => {};

function showStatus() {
  if (results.length > 0) {
    byId("status").textContent = results.length >= total
      ? words("all", {count: total.toLocaleString(language)})
      : words("found", {count: total.toLocaleString(language), shown: results.length.toLocaleString(language)});
  }
}

function loadMore() {
  if (!ended && !loading) {
    again();
  }
}

/* An observer tells only of changes: a short page may show its end from the beginning on. */
function loadWhereSeen() {
  if (byId("more").getBoundingClientRect().top < window.innerHeight + 200 && !byId("search-view").hidden) {
    loadMore();
  }
}

function nameOf(result) {
  return result.captions.length > 0 ? result.captions[0] : result.image;
}

function card(result, place) {
  const item = document.createElement("li");
  item.className = "card";
  const name = nameOf(result);
  const score = result.score.toFixed(3);
  const pictureButton = document.createElement("button");
  pictureButton.type = "button";
  pictureButton.className = "picture";
  pictureButton.tabIndex = place === 0 ? 0 : -1;
  pictureButton.setAttribute("aria-label", name + ", " + words("score", {score}));
  pictureButton.title = result.captions.join("；") || result.image;
  const img = document.createElement("img");
  img.alt = "";
  img.loading = "lazy";
  img.decoding = "async";
  showPicture(img, result.url);
  pictureButton.append(img);
  const about = document.createElement("div");
  about.className = "about";
  const caption = document.createElement("span");
  caption.className = "caption";
  caption.lang = "zh";
  caption.textContent = name;
  const row = document.createElement("span");
  row.className = "row";
  const value = document.createElement("span");
  value.className = "score";
  value.textContent = score;
  value.title = words("score", {score});
  const more = document.createElement("button");
  more.type = "button";
  more.className = "like";
  more.textContent = words("like");
  more.setAttribute("aria-label", words("likeLabel", {name}));
  const moreLikeThis = () => lookLike({id: result.id, name, url: result.url});
  more.addEventListener("click", moreLikeThis);
  pictureButton.addEventListener("click", moreLikeThis);
  row.append(value, more);
  about.append(caption, row);
  item.append(pictureButton, about);
  return item;
}

function lookLike(one) {
  byId("query").value = "";
  picture = null;
  like = [one];
  showSearch();
  history.pushState(null, "", "#like=" + one.id);
  search();
}

/* Arrow keys go through the grid as it is laid out; only one of its pictures is in the tab order. */
function moveInGrid(event) {
  const pictures = [...document.querySelectorAll("#results .picture")];
  const at = pictures.indexOf(document.activeElement);
  if (at < 0) {
    return;
  }
  const top = pictures[0].getBoundingClientRect().top;
  const columns = Math.max(1, pictures.filter(p => p.getBoundingClientRect().top === top).length);
  const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns};
  let to;
  if (event.key in steps) {
    to = at + steps[event.key];
  } else if (event.key === "Home") {
    to = 0;
  } else if (event.key === "End") {
    to = pictures.length - 1;
  } else {
    return;
  }
  event.preventDefault();
  if (to < 0) {
    byId("query").focus();
    return;
  }
  to = Math.min(to, pictures.length - 1);
  pictures[at].tabIndex = -1;
  pictures[to].tabIndex = 0;
  pictures[to].focus();
  if (to >= pictures.length - columns) {
    loadMore();
  }
}

function takeFile(file) {
  if (!file) {
    return;
  }
  if (!file.type.startsWith("image/")) {
    const failure = new Failure(400, "");
    failure.key = "errorNoImage";
    showError(failure);
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const address = reader.result;
    picture = {name: file.name, address, b64: address.slice(address.indexOf(",") + 1)};
    like = [];
    showSearch();
    search();
  });
  reader.readAsDataURL(file);
}

function showSearch() {
  byId("search-view").hidden = false;
  byId("space-view").hidden = true;
  byId("show-search").setAttribute("aria-pressed", "true");
  byId("show-space").setAttribute("aria-pressed", "false");
}

function showSpace() {
  byId("search-view").hidden = true;
  byId("space-view").hidden = false;
  byId("show-search").setAttribute("aria-pressed", "false");
  byId("show-space").setAttribute("aria-pressed", "true");
  openSpace().catch(e => {
    showSearch();
    showError(e instanceof Failure ? e : new Failure(500, String(e)));
  });
}

let facts = null;

async function showFacts() {
  if (!facts) {
    try {
      facts = await (await ask("facts")).json();
    } catch (e) {
      showError(e);
      return;
    }
  }
  byId("model").textContent = facts.name;
  document.title = facts.name + " · Lockstep";
  const number = n => Number(n).toLocaleString(language);
  const percent = n => (100 * n).toFixed(1) + "%";
  const rows = [
    ["factVersion", number(facts.version)],
    ["factParameters", number(facts.parameters)],
    ["factEmbedding", number(facts.embedding)],
    ["factPrecision", facts.precision],
    ["factImages", facts.images === undefined ? null : number(facts.images)],
    ["factRecallAt1", facts.recallAt1 === undefined ? null : percent(facts.recallAt1)],
    ["factRecallAt10", facts.recallAt10 === undefined ? null : percent(facts.recallAt10)],
    ["factGraph", facts.graphRecallAt10 === undefined ? null : facts.graphRecallAt10.toFixed(3)],
    ["factCheckpoint", facts.checkpoint]
  ];
  byId("facts").replaceChildren(...rows.filter(r => r[1]).map(([key, value]) => {
    const pair = document.createElement("div");
    const name = document.createElement("dt");
    name.textContent = words(key);
    const content = document.createElement("dd");
    content.textContent = value;
    pair.append(name, content);
    return pair;
  }));
}

function takeAddress() {
  const at = new URLSearchParams(location.hash.slice(1));
  byId("query").value = at.get("q") || "";
  like = [];
  search();
}

byId("form").addEventListener("submit", event => {
  event.preventDefault();
  history.pushState(null, "", "#q=" + encodeURIComponent(byId("query").value));
  search();
});
byId("query").addEventListener("input", event => {
  if (!event.isComposing) {
    like = [];
    searchSoon();
  }
});
byId("query").addEventListener("compositionend", searchSoon);
byId("query").addEventListener("keydown", event => {
  if (event.key === "ArrowDown") {
    const first = document.querySelector("#results .picture[tabindex='0']");
    if (first) {
      event.preventDefault();
      first.focus();
    }
  }
});
byId("results").addEventListener("keydown", moveInGrid);
byId("load-more").addEventListener("click", loadMore);
byId("file").addEventListener("change", event => {
  takeFile(event.target.files[0]);
  event.target.value = "";
});
byId("pick").addEventListener("keydown", event => {
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    byId("file").click();
  }
});
byId("token-form").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem("token", byId("token").value);
  byId("token").value = "";
  byId("token-form").hidden = true;
  facts = null;
  showError(null);
  showFacts();
  search();
});
byId("show-search").addEventListener("click", showSearch);
byId("show-space").addEventListener("click", showSpace);
byId("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  applyWords();
  showFacts();
  search();
  describeSpace();
});
document.addEventListener("keydown", event => {
  const typing = /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    showSearch();
    byId("query").select();
    byId("query").focus();
  } else if (event.key === "Escape" && !byId("search-view").hidden) {
    byId("query").value = "";
    picture = null;
    like = [];
    byId("query").focus();
    search();
  }
});
document.addEventListener("dragover", event => {
  event.preventDefault();
  byId("drop").classList.add("shown");
});
document.addEventListener("dragleave", event => {
  if (!event.relatedTarget) {
    byId("drop").classList.remove("shown");
  }
});
document.addEventListener("drop", event => {
  event.preventDefault();
  byId("drop").classList.remove("shown");
  takeFile(event.dataTransfer.files[0]);
});
document.addEventListener("paste", event => {
  const file = [...event.clipboardData.files].find(f => f.type.startsWith("image/"));
  if (file) {
    event.preventDefault();
    takeFile(file);
  }
});
window.addEventListener("popstate", takeAddress);
window.addEventListener("scroll", loadWhereSeen, {passive: true});
window.addEventListener("resize", loadWhereSeen);

applyWords();
showFacts();
takeAddress();
