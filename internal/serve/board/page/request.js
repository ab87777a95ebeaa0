// Requests to the server, and what goes wrong.

// ask sends a request, and returns the response; an error says in words what the server did not like.
async function ask(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new Error("The server does not answer.");
  });
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({ error: response.statusText }));
    throw new Error(error.charAt(0).toUpperCase() + error.slice(1));
  }
  return response;
}

// decodeBytes returns the bytes that base64 text has.
function decodeBytes(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

// trouble tells what went wrong.
function trouble(what) {
  byId("trouble").textContent = what;
  byId("trouble").hidden = false;
}
