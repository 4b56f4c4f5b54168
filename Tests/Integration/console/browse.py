#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a person does with the console, in Chromium.

usage: browse.py CHROMIUM URL SPKI CLOISTER FOLDER-FOR-PICTURES
"""
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import threading

from devtools import Browser, Failure

CONTROLS = "a[href], button, input, select, textarea, summary"


class Neighbour:
    """Another server on the same host, with a page that means ill. For the browser it is the same site, and another origin."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>neighbour</title><body>")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("tls.pem", "tls.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_port}"


class Walk:
    def __init__(self, browser: Browser, url: str, cloister: str, folder: str):
        self.browser = browser
        self.url = url
        self.cloister = cloister
        self.folder = folder

    def command(self, *words: str, key: str = "ann.key", code: int = 0) -> str:
        done = subprocess.run([self.cloister, "broker", *words], env={**os.environ, "CLOISTER_BROKER_KEY": key}, capture_output=True, text=True, check=False)
        if done.returncode != code:
            raise Failure(f"{words}: {done.returncode} {done.stderr}")
        return done.stdout

    def expect(self, condition: bool, what: str) -> None:
        if not condition:
            raise Failure(f"{what}\nthe page: {self.browser.text()}")

    def shot(self, name: str) -> None:
        # Nothing that changes with the moment of the picture.
        self.browser.script("document.getElementById('toast').classList.remove('shown')")
        self.browser.screenshot(f"{self.folder}/{name}.png")

    def sign_in(self, key: str = "ann.key", page: str = "Overview") -> None:
        code = json.loads(self.command("console", "--json", key=key))["code"]
        self.browser.wait("document.activeElement && document.activeElement.id === 'code'")
        self.browser.type(code.lower().replace("-", " "))
        self.browser.press("Enter")
        self.browser.wait(f"!document.getElementById('bar').hidden && document.querySelector('main h1').innerText === {json.dumps(page)}")

    def sign_out(self) -> None:
        self.browser.script("document.getElementById('leave').click()")
        self.browser.wait_text("You are signed out.")

    def click(self, selector: str, text: str = "") -> None:
        find = f"[...document.querySelectorAll({json.dumps(selector)})].find((one) => one.innerText.includes({json.dumps(text)}))"
        self.browser.wait(f"Boolean({find})")
        self.browser.script(f"{find}.click()")

    # The pages.

    def signing_in(self) -> None:
        browser = self.browser
        browser.open(self.url + "/console")
        browser.wait("document.activeElement && document.activeElement.id === 'code'")
        self.expect(browser.script("location.pathname") == "/console/", "/console does not lead to /console/")
        browser.type("0000-0000-0000-0000")
        browser.press("Enter")
        browser.wait_text("The code is not known")
        self.shot("console-sign-in")
        browser.script("document.getElementById('code').value = ''; document.getElementById('code').focus()")
        used = json.loads(self.command("console", "--json"))["code"]
        browser.type(used)
        browser.press("Enter")
        browser.wait("!document.getElementById('bar').hidden")
        self.expect(browser.script("document.cookie") == "", "a script can read the cookie")
        cookie = browser.call("Network.getCookies")["cookies"]
        self.expect(
            [(one["name"], one["httpOnly"], one["secure"], one["sameSite"], one["path"]) for one in cookie]
            == [("__Host-cloister-console", True, True, "Strict", "/")], f"the cookies are {cookie}")
        again = browser.script(f"fetch('api/session', {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: JSON.stringify({{code: '{used}'}})}}).then((a) => a.status)")
        self.expect(again == 401, f"a code serves twice: {again}")
        # A session survives a reload.
        browser.call("Page.reload")
        browser.wait("document.readyState === 'complete' && !document.getElementById('bar').hidden")

    def overview(self) -> None:
        browser = self.browser
        browser.wait_text("Unlocked", "insecure_allow_simulation", "1 waiting", "1 waits for you", "Intact", "With a reservation", "Refused")
        browser.wait("document.getElementById('lock').innerText.includes('Unlocked')")
        self.shot("console-overview")

    def enclaves(self) -> None:
        browser = self.browser
        browser.press("2")
        browser.wait_text("Simulated", "Refused", "no hardware protects this enclave", "TDX", "SGX")
        self.shot("console-enclaves")
        browser.press("/")
        self.expect(browser.script("document.activeElement.matches('[data-filter]')"), "/ does not go to the filter")
        browser.type("sgx")
        browser.wait("document.querySelectorAll('tbody tr').length === 1")
        browser.press("Escape")
        browser.wait("document.querySelectorAll('tbody tr').length > 3")
        browser.press("j")
        browser.press("j")
        browser.press("k")
        self.expect(browser.script("document.activeElement.closest('tr') === document.querySelector('tbody tr')"), "j and k do not move among rows")
        browser.script("[...document.querySelectorAll('tbody tr')].find((row) => row.innerText.includes('TDX') && row.innerText.includes('2 secrets')).querySelector('a').focus()")
        browser.press("Enter")
        browser.wait_text("What it asked for", "payments/key/db", "released", "denied", "must have approved", "FMSPC", "Simulated root")
        self.shot("console-enclave")
        browser.press("2")
        browser.wait_text("seen since the broker started")
        self.click("tbody a", "Refused")
        browser.wait_text("Checks that failed", "→", "unproved")
        self.shot("console-refused")

    def policies(self) -> None:
        browser = self.browser
        browser.press("3")
        browser.wait_text("Policies", "payments/key/ledger")
        self.click(".scopes a", "payments v1")
        browser.wait("document.querySelector('.editor textarea')?.value.includes('rehearsal')")
        enclave = browser.script("[...document.getElementById('evidence').options].find((one) => one.text.includes('TDX') && one.text.includes('2 ×')).value")
        browser.script(f"document.getElementById('evidence').value = {json.dumps(enclave)}")

        def tried(*texts: str) -> None:
            browser.script("document.querySelector('.editor textarea').focus()")
            browser.press("Enter", control=True)
            browser.wait("document.querySelectorAll('#result .rule').length === 2")
            for text in texts:
                browser.wait(f"document.getElementById('result').innerText.includes({json.dumps(text)})")

        tried("Accepted", "by rule “rehearsal”", "must not be simulated", "line 15", "it is tdx")
        marks = browser.script("[...document.querySelectorAll('.gutter .unmet')].map((one) => one.innerText)")
        self.expect(marks == [], f"an accepting policy whose default fails has marks {marks}")
        browser.script("const area = document.querySelector('.editor textarea'); area.value = area.value.replace('[tdx, snp, sgx]', '[snp, sgx]'); area.dispatchEvent(new Event('input'))")
        tried("Refused", "“rehearsal”: backend must be one of snp, sgx, but it is tdx.")
        self.expect(browser.script("[...document.querySelectorAll('.gutter .unmet')].map((one) => one.innerText).join()") == "✕ 12", "the lines are not marked")
        browser.wait_text("Changed from version 1 of payments")
        self.shot("console-policy")
        self.click("#result button.line", "line 12")
        self.expect("[snp, sgx]" in browser.script("const a = document.querySelector('.editor textarea'); a.value.slice(a.selectionStart, a.selectionEnd)"), "a line is not shown")

        # Evidence from a file, pasted; the same policy decides the same.
        with open("evidence.json", encoding="utf-8") as source:
            evidence = source.read()
        browser.script("document.getElementById('evidence').value = 'paste'; document.getElementById('evidence').dispatchEvent(new Event('change')); document.getElementById('pasted').focus()")
        browser.type(evidence)
        tried("Refused", "“rehearsal”: backend must be one of snp, sgx, but it is tdx.")
        # A policy that cannot be read names its line.
        browser.script("const t = document.querySelector('.editor textarea'); t.value = t.value.replace('signers:', 'signer:'); t.dispatchEvent(new Event('input')); t.focus()")
        browser.press("Enter", control=True)
        browser.wait("document.getElementById('result').innerText.includes('line 6')")
        # Garbage and nothing are told apart from evidence.
        self.click(".scopes a", "ledger")
        browser.wait("document.querySelector('.editor textarea').value.includes('with the consent of two')")
        # What was written is still there.
        self.click(".scopes a", "payments v1")
        browser.wait("document.querySelector('.editor textarea').value.includes('signer:')")
        self.click("main button", "Discard changes")
        browser.wait("!document.querySelector('.editor textarea').value.includes('signer:')")
        browser.script("document.getElementById('evidence').value = 'paste'; document.getElementById('evidence').dispatchEvent(new Event('change')); document.getElementById('pasted').value = '!'")
        self.click("main button", "Try")
        browser.wait("document.getElementById('result').innerText.includes('not evidence')")

        # Setting: a policy for web, from the text that was written.
        browser.script("location.hash = '#/policies/new'")
        browser.wait("document.querySelector('.editor textarea')?.value.includes('new policy')")
        policy = "policy: 1\nname: <b>web</b>\nrules:\n  - {backends: [snp], insecure_allow_any_program: true}\n"
        browser.script(f"const n = document.querySelector('.editor textarea'); n.value = {json.dumps(policy)}; n.dispatchEvent(new Event('input'))")
        self.click("main button", "Set as policy")
        browser.wait("document.querySelector('dialog[open] #scope')")
        browser.script("document.getElementById('scope').focus()")
        browser.type("web")
        self.click("dialog button", "Set it")
        browser.wait_text("web v1", "In force for web")
        listed = json.loads(self.command("policy", "list", "--json"))
        self.expect([one["text"] for one in listed if one["scope"] == "web"] == [policy], "the policy is not in force")

    def secrets(self) -> None:
        browser = self.browser
        browser.press("4")
        browser.wait_text("payments/key/db", "2 versions", "web/key/session", "Decided by")
        self.expect("a secret of" not in browser.text(), "a secret is shown")
        self.shot("console-secrets")

    def approvals(self) -> None:
        browser = self.browser
        browser.press("5")
        browser.wait_text("Waiting 0 of 2", "payments/key/ledger", "carol")
        browser.press("j")
        browser.script("document.querySelector('button[aria-label^=\"Approve\"]').focus()")
        browser.press("Enter")
        browser.wait("document.querySelector('dialog[open]')")
        self.expect("1 more approval is needed" in browser.text(), "the question does not say what is left")
        browser.press("Escape")
        browser.wait("!document.querySelector('dialog[open]')")
        self.expect("Waiting 0 of 2" in browser.text(), "closing the question approves")
        browser.script("document.querySelector('button[aria-label^=\"Approve\"]').focus()")
        browser.press("Enter")
        browser.wait("document.querySelector('dialog[open]')")
        browser.press("Tab")
        browser.press("Enter")
        browser.wait_text("Waiting 1 of 2", "You have approved")
        self.shot("console-approvals")

    def audit(self) -> None:
        browser = self.browser
        browser.press("6")
        browser.wait_text("Intact", "approve", "policy set", "console sign in")
        self.shot("console-audit")
        head = re.search(r"\b[0-9a-f]{64}\b", self.command("audit", "verify", "broker.db"))
        self.expect(head is not None, "audit verify prints no head")
        for text, answer in ((head[0], "The head that you kept is in the chain"), ("ab" * 32, "No entry has the head")):
            browser.script(f"document.getElementById('head').value = {json.dumps(text)}")
            self.click("main button", "Compare")
            browser.wait_text(answer)
        browser.press("/")
        browser.script("document.querySelector('[data-filter]').focus()")
        browser.type("denied ledger")
        browser.wait("document.querySelectorAll('main tbody tr').length >= 2")
        self.expect(browser.script("[...document.querySelectorAll('main tbody tr')].every((row) => row.innerText.includes('denied'))"), "the filter keeps others")
        browser.press("Escape")

    def help(self) -> None:
        browser = self.browser
        browser.press("?")
        browser.wait("document.querySelector('dialog#keys[open]')")
        self.shot("console-keys")
        browser.press("Escape")
        browser.wait("!document.querySelector('dialog')")

    # For everybody.

    def names(self, page: str) -> None:
        """Every control has a name that is read out, and every one gets the focus by Tab alone, where it is seen."""
        browser = self.browser
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        kinds = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "table", "dialog", "heading"}
        unnamed = [one["role"]["value"] for one in nodes if not one.get("ignored") and one["role"]["value"] in kinds and not one.get("name", {}).get("value", "").strip()]
        self.expect(not unnamed, f"{page}: without a name: {unnamed}")
        self.expect(browser.script("document.querySelectorAll('h1').length") == 1, f"{page}: not one heading")
        seen = f"[...document.querySelectorAll({json.dumps(CONTROLS)})].filter((one) => !one.disabled && one.checkVisibility({{visibilityProperty: true}}))"
        browser.script("document.activeElement.blur(); scrollTo(0, 0); window.reached = new Set(); window.dim = []")
        total = browser.script(f"{seen}.length")
        step = (
            "(() => { const one = document.activeElement; if (one && one !== document.body) { window.reached.add(one); const style = getComputedStyle(one.closest('.editor') ?? one);"
            " if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) window.dim.push(one.outerHTML.slice(0, 100)); } })()")
        for _ in range(total + 20):
            browser.press("Tab")
            browser.script(step)
        missed = browser.script(f"{seen}.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 100))")
        self.expect(not missed, f"{page}: not reached by Tab: {missed[:5]}")
        dim = browser.script("window.dim")
        self.expect(not dim, f"{page}: the focus is not seen on {dim[:5]}")

    def contrast(self, page: str) -> None:
        """Text against what is behind it: at least 4.5 to 1."""
        found = self.browser.script("""(() => {
            const context = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
            const read = (color) => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1); const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
            const light = ([r, g, b]) => { const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
            const behind = (one) => { const layers = []; for (let at = one; at; at = at.parentElement) { const color = read(getComputedStyle(at).backgroundColor); layers.push(color); if (color[3] === 1) break; }
                return layers.reduceRight((under, over) => [0, 1, 2].map((i) => over[i] * over[3] + under[i] * (1 - over[3])), [255, 255, 255]); };
            const bad = [];
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const one = texts.currentNode.parentElement;
                if (!texts.currentNode.data.trim() || !one.checkVisibility({visibilityProperty: true}) || one.closest(".unseen, .skip, #toast, button:disabled, option")) continue;
                const [a, b] = [light(read(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
                const ratio = (a + 0.05) / (b + 0.05);
                if (ratio < 4.5) bad.push(ratio.toFixed(2) + " " + one.outerHTML.slice(0, 90));
            }
            return bad;
        })()""")
        self.expect(not found, f"{page}: too little contrast: {found[:5]}")

    def every_page(self) -> None:
        browser = self.browser
        pages = [("1", "Overview"), ("2", "Enclaves"), ("3", "Policies"), ("4", "Secrets"), ("5", "Approvals"), ("6", "Audit log")]
        for key, title in pages:
            browser.script("document.activeElement.blur()")
            browser.press(key)
            browser.wait(f"document.querySelector('main h1')?.innerText === {json.dumps(title)} && !document.querySelector('main .loading')")
            self.names(title)
            for scheme in ("light", "dark"):
                browser.scheme(scheme)
                self.contrast(f"{title}, {scheme}")
            dark = browser.script("getComputedStyle(document.body).backgroundColor")
            self.expect(dark == "rgb(18, 23, 22)", f"dark mode is {dark}")
            if title in ("Enclaves", "Policies"):
                if title == "Policies":
                    self.click("main button", "Try")
                    browser.wait("document.querySelector('#result .rule')")
                self.shot(f"console-{title.lower()}-dark")
            browser.scheme("light")
            browser.size(390, 800)
            wide = browser.script("document.documentElement.scrollWidth")
            widest = browser.script("[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 390 && one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100))")
            self.expect(wide <= 390, f"{title}: {wide} pixels wide on a telephone: {widest[:4]}")
            if title == "Enclaves":
                self.shot("console-narrow")
            browser.size(1280, 800)

    # Hostile pages and people.

    def hostile(self) -> None:
        browser = self.browser
        browser.drain()
        self.expect(self.violations() == [], f"the page breaks its own policy: {self.violations()}")
        broken = [one["params"] for one in browser.events if one["method"] == "Runtime.exceptionThrown"]
        self.expect(not broken, f"scripts fail: {broken}")
        asked = {one["params"]["request"]["url"] for one in browser.events if one["method"] == "Network.requestWillBeSent"}
        foreign = [one for one in asked if not one.startswith(self.url + "/console") and not one.startswith("about:")]
        self.expect(len(asked) > 20 and not foreign, f"requests leave the console: {foreign}")

        # What a script that got in would meet: nothing from elsewhere loads, and no text becomes markup.
        browser.script("const image = new Image(); image.src = 'https://example.org/x.png'; document.body.append(image)")
        refused = browser.script("(() => { try { document.body.innerHTML = '<p>'; return false; } catch { return true; } })()")
        self.expect(refused, "innerHTML is not refused")
        sent = browser.script("fetch('https://example.org/').then(() => true, () => false)")
        self.expect(sent is False, "a request may leave the console")
        browser.drain()
        self.expect(len(self.violations()) >= 2, "violations are not noticed, so that their absence says nothing")
        # Without the token of the page nothing is changed, whatever cookie comes along.
        for method, path in (("POST", "approvals"), ("POST", "lock"), ("POST", "policies"), ("DELETE", "session")):
            status = browser.script(f"fetch('api/{path}', {{method: '{method}', headers: {{'Content-Type': 'application/json'}}, body: '{{}}'}}).then((a) => a.status)")
            self.expect(status == 401, f"{method} {path} without the token of the page: {status}")
        self.expect(browser.script("fetch('/admin/v1/status').then((a) => a.status).catch(() => 401)") == 401, "the cookie serves outside the console")
        # Secrets and shares have no place here.
        token = browser.script("fetch('api/session').then((a) => a.json()).then((a) => a.csrf)")
        for path in ("unlock", "secrets/payments/key/db", "reference-values"):
            status = browser.script(
                f"fetch('api/{path}', {{method: 'POST', headers: {{'Content-Type': 'application/json', 'X-Cloister-CSRF': '{token}'}}, body: '{{}}'}}).then((a) => a.status)")
            self.expect(status == 404, f"{path} is served to browsers: {status}")

    def neighbour(self) -> None:
        """A page that the operator visits on a neighbouring port: the browser even sends it the cookie along."""
        browser = self.browser
        place = Neighbour()
        browser.open(place.url)
        browser.wait("document.title === 'neighbour'")
        browser.drain()
        browser.events.clear()
        console = json.dumps(self.url + "/console/")
        for method, path, body in (("POST", "approvals", '{"subject":"payments/key/db"}'), ("POST", "lock", "{}"), ("GET", "status", "")):
            # As a form would send it, which asks nobody's permission first, and then as a script would.
            plain = f"fetch({console} + 'api/{path}', {{method: '{method}', mode: 'no-cors', credentials: 'include'{', body: ' + json.dumps(body) if body else ''}}}).then((a) => a.type)"
            self.expect(browser.script(plain) == "opaque", "the request was not sent")
            scripted = f"fetch({console} + 'api/{path}', {{method: '{method}', credentials: 'include', headers: {{'X-Cloister-CSRF': 'x'}}}}).then((a) => a.status, () => 'refused')"
            self.expect(browser.script(scripted) == "refused", f"another origin reads {path}")
        browser.script(f"const frame = document.createElement('iframe'); frame.src = {console}; document.body.append(frame); new Promise((done) => {{ frame.onload = done; }})")
        browser.drain()
        answers = [one["params"]["response"] for one in browser.events if one["method"] == "Network.responseReceived" and "/console/api/" in one["params"]["response"]["url"]]
        self.expect(len(answers) >= 3 and all(one["status"] in (400, 401, 404) for one in answers), f"the neighbour's requests were answered {[one['status'] for one in answers]}")
        # The browser shows an error in the frame's place: the files that the page would load were never asked for.
        blocked = [one["params"].get("errorText", "") for one in browser.events if one["method"] == "Network.loadingFailed"]
        asked = [one["params"]["request"]["url"] for one in browser.events if one["method"] == "Network.requestWillBeSent"]
        self.expect("net::ERR_BLOCKED_BY_RESPONSE" in blocked and not any(one.endswith("main.js") for one in asked), f"the console was framed: {blocked}, {asked}")
        status = self.command("status")
        self.expect(status.startswith("unlocked"), "the neighbour locked the broker")
        self.expect("payments/key/db" not in self.command("approve", "--list"), "the neighbour approved")
        place.server.shutdown()

    def violations(self) -> list:
        found = []
        for one in self.browser.events:
            if one["method"] == "Audits.issueAdded" and one["params"]["issue"]["code"] == "ContentSecurityPolicyIssue":
                found.append(one["params"]["issue"]["details"]["contentSecurityPolicyIssueDetails"].get("blockedURL", "inline"))
        return found

    def roles(self) -> None:
        browser = self.browser
        browser.open(self.url + "/console/")
        browser.wait("location.pathname === '/console/' && document.readyState === 'complete' && !document.getElementById('bar').hidden")
        self.sign_out()
        self.expect(browser.script("fetch('api/status').then((a) => a.status)") == 401, "signing out does not end the session")
        self.sign_in("eve.key")
        self.expect(browser.script("[...document.querySelectorAll('nav a')].map((one) => one.innerText).join()") == "Overview,Secrets", "eve sees more than her roles")
        browser.script("location.hash = '#/audit'")
        browser.wait_text("do not include this page", "auditor")
        self.expect(browser.script("fetch('api/audit').then((a) => a.status)") == 403, "the broker shows eve the audit log")
        self.sign_out()
        self.sign_in("bob.key")
        browser.press("5")
        browser.wait_text("Waiting 1 of 2")
        browser.script("document.querySelector('button[aria-label^=\"Approve\"]').click()")
        self.click("dialog button", "Approve")
        browser.wait_text("Complete 2 of 2")
        # An operator who is removed is out at once.
        self.command("operator", "remove", "bob", "--database", "broker.db")
        browser.press("r")
        browser.wait_text("Signed out", "Ask for a code")
        # A session that ended leads back to its page.
        self.sign_in(page="Approvals")


def main() -> int:
    chromium, url, spki, cloister, folder = sys.argv[1:]
    browser = Browser(chromium, os.path.abspath("profile"), spki)
    walk = Walk(browser, url, cloister, folder)
    try:
        browser.size(1280, 800)
        browser.scheme("light")
        for part in (
            walk.signing_in, walk.overview, walk.enclaves, walk.policies, walk.secrets, walk.approvals, walk.audit, walk.help, walk.every_page, walk.hostile, walk.neighbour, walk.roles,
        ):
            part()
            print(f"console: {part.__name__.replace('_', ' ')}: ok", flush=True)
    except Failure as failure:
        print(f"console: error: {failure}", file=sys.stderr)
        browser.screenshot(f"{folder}/console-failure.png")
        return 1
    finally:
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
