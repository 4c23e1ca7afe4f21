// Shows a figure without a kernel: this text follows the figure's own, in one script.

function standIn(id, state) {
  const host = document.getElementById(id);
  const views = 'script[type="application/vnd.jupyter.widget-view+json"]';
  for (const view of document.querySelectorAll(views)) {
    // An exported notebook would fetch a widget manager to show the figure once more.
    if (JSON.parse(view.textContent).model_id === host.dataset.model) view.remove();
  }
  host.replaceChildren();
  render({ model: standInModel(state), el: host });
}

// The part of a widget's model that the figures use.
function standInModel(state) {
  const listeners = new Map();
  return {
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    save_changes() {},
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(event, listener) {
      const others = (listeners.get(event) ?? []).filter((one) => one !== listener);
      listeners.set(event, others);
    },
  };
}
