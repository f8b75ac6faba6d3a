// Passkeys: a form with data-passkey asks the browser for a key pair or a signature, and is then
// sent as any other form. Where the browser cannot, the form stays hidden.
const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

const ask = (kind, options) =>
  kind === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "Your browser is asking you …";
    try {
      const credential = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
      form.elements.answer.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      said.textContent = "It was cancelled or did not work. Nothing was changed; you can try again.";
    }
  });
}
