/** A question to the person at the desk (询问): a title, a few fields, yes or no. */

import { button, element } from "./dom.js";

/**
 * A field is {name, say or label, value, type?, optional?, …}. Resolves to {name: value} of the
 * fields, or null when the person changed their mind.
 */
export function question(title, fields) {
  return new Promise((resolve) => {
    const inputs = fields.map(inputFor);
    const form = element("form", { method: "dialog", className: "question" });
    const box = element("dialog", { label: title }, form);
    form.append(
      element("h2", { say: title }),
      ...fields.map((field, index) => labelled(field, inputs[index])),
      element(
        "p",
        { className: "question-ends" },
        button({ say: "dialog.no", className: "plain", on: { click: () => box.close() } }),
        element("button", {
          type: "submit",
          value: "yes",
          say: "dialog.yes",
          className: "primary",
        }),
      ),
    );
    box.addEventListener("close", () => {
      resolve(box.returnValue === "yes" ? valuesOf(inputs) : null);
      box.remove();
    });
    document.body.append(box);
    box.showModal();
    inputs[0].select();
  });
}

function inputFor(field) {
  const { name, min, max } = field;
  const input = element("input", { name, min, max, type: field.type ?? "text" });
  input.required = !field.optional;
  if (field.type === "number") input.step = field.step ?? "any";
  input.value = field.value;
  return input;
}

function labelled(field, input) {
  const words = field.say ? { say: field.say } : { text: field.label };
  return element("label", { className: "field" }, element("span", words), input);
}

function valuesOf(inputs) {
  return Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]));
}
