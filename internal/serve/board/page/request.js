// Requests to the server, and what goes wrong.

// ask sends a request, and returns the response; an error says in words what the server did not like, or is marked as `gone` if
// there is no answer.
async function ask(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw Object.assign(new Error("The server does not answer."), { gone: true });
  });
  if (!response.ok) {
    const found = await response.json().catch(() => null);
    const error = String((found && found.error) || response.statusText || `status ${response.status}`);
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
