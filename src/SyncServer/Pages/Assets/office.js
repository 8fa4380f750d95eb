// What the pages ask of the browser itself.
window.office = {
    // Light, dark, and as the machine has it, in turn; kept for a year.
    turn() {
        const root = document.documentElement, next = { auto: "dark", dark: "light", light: "auto" }[root.dataset.theme] || "dark";
        root.dataset.theme = next;
        document.cookie = "bookmine-theme=" + next + ";path=/;max-age=31536000;samesite=strict";
    },
    save(name, text) {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" }));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
    signIn(name, password) {
        return fetch("/sign-in", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password }) }).then(r => r.ok);
    },
    print() { window.print(); },
    copy(text) { return navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true, () => false) : false; }
};
