// What the server has: its models may be replaced while one draws, and it may go and come back. The page asks for the list
// every few seconds as long as it is looked at; the answer to that is "not modified" and costs both sides next to nothing,
// where a connection that stays open would be one of the six that a browser has for all pages of a server.

const followInterval = 3000; // milliseconds

// follow keeps a board up to date, from now on.
function follow(board) {
  let version = ""; // of the list
  let timer = 0;
  let running = false;

  async function look() {
    clearTimeout(timer);
    if (running || (document.hidden && version !== "")) {
      return; // it goes on when the page is seen again
    }
    running = true;
    try {
      const response = await ask("/board/models", { cache: "no-cache" });
      const found = response.headers.get("ETag");
      if (found !== version && await setList(board, await response.json())) {
        version = found;
      }
      notice("gone", "");
      board.back();
    } catch (e) {
      notice("gone", board.model ? "The server does not answer. You can go on drawing." : e.message);
    }
    running = false;
    timer = setTimeout(look, followInterval);
  }

  document.addEventListener("visibilitychange", look);
  look();
}

// setList takes the server's list of models: those that can be chosen, and the weights of the one that is. It reports whether
// the page now shows the list as it is; if not, the list has changed meanwhile.
async function setList(board, { models, left_out: leftOut }) {
  if (board.models.length === 0) {
    byId("trouble").hidden = true; // there was no model
  }
  board.models = models;
  const select = byId("model");
  const chosen = models.find((m) => m.name === select.value) || models[0];
  const options = [
    ...models.map((m) => new Option(m.name, m.name, false, m === chosen)),
    ...leftOut.map((m) => Object.assign(new Option(`${m.name} (cannot be drawn for)`, m.name), { disabled: true })),
  ];
  const texts = (all) => Array.from(all, (o) => o.text).join("\n");
  if (texts(options) !== texts(select.options)) { // else a menu that is open would close
    select.replaceChildren(...options);
    select.disabled = options.length < 2;
  }
  if (!chosen) {
    trouble(leftOut.length > 0 ? `${leftOut[0].name}: ${leftOut[0].reason}` : "There is no model on this server.");
    return true;
  }
  const before = board.model;
  if (before && before.name === chosen.name && before.weights === chosen.weights) {
    return true;
  }
  const done = await useModel(board, chosen);
  if (done && before && before.name === chosen.name) {
    notice("model", `${chosen.name} was replaced: this is what the new model says.`);
  } else if (done && before && !models.some((m) => m.name === before.name)) {
    notice("model", `${before.name} is no longer on this server: this is what ${chosen.name} says.`);
  }
  return done;
}

// notice tells something that takes nothing away from the page; an empty text takes back what was told of `about`.
function notice(about, text) {
  const element = byId("notice");
  if (text !== "" || element.dataset.about === about) {
    element.dataset.about = about;
    setText(element, text);
  }
}
