// SPDX-License-Identifier: Apache-2.0
// The user's settings: theme and time zone. They are not secret, so they are
// stored.

const CHOICES = {theme: ['auto', 'light', 'dark'], zone: ['UTC', 'local']};

export const setting = Object.fromEntries(
  Object.entries(CHOICES).map(([name, choices]) => {
    const kept = remembered(name);
    return [name, choices.includes(kept) ? kept : choices[0]];
  }));

function remembered(name) {
  try {
    return localStorage.getItem(`nova-actions.${name}`);
  } catch {
    return null;  // The browser keeps nothing for us.
  }
}

// Selects the next choice.
export function turn(name) {
  const choices = CHOICES[name];
  setting[name] = choices[
    (choices.indexOf(setting[name]) + 1) % choices.length];
  try {
    localStorage.setItem(`nova-actions.${name}`, setting[name]);
  } catch {
    // Without storage it lasts until the page is closed.
  }
  apply();
}

export function apply() {
  document.documentElement.dataset.theme = setting.theme;
}
