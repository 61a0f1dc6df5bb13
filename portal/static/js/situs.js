// Every page works without this file. What it adds: filters answer at once, charts are drawn when they come into view.
document.documentElement.classList.remove("tanpa-js");

// A changed filter sends its form; the button stays for those without JavaScript and for the keyboard.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-langsung]");
  if (form) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cetak]")) window.print();
});
