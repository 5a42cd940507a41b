// Before anything is painted: the theme and the language that were chosen here.
{
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    root.lang = localStorage.getItem("language") ?? (navigator.language.startsWith("de") ? "de" : "en");
  } catch {
    root.lang = "en"; // storage is forbidden here
  }
}
