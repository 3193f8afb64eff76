// Before the first paint, so that a chosen theme does not flash the other one. Without a choice the system's theme holds.
try {
  var theme = localStorage.getItem("sure.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (error) {
  // Storage is forbidden here: the system's theme holds.
}
