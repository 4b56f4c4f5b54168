# SPDX-License-Identifier: Apache-2.0
"""A Chromium without a window, driven over its debugging pipe (DevTools protocol: JSON texts that end with a zero byte)."""
import base64
import json
import os
import select
import subprocess
import time

KEYS = {
    "Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "Escape": ("Escape", 27, ""), "/": ("Slash", 191, "/"), "?": ("Slash", 191, "?"), " ": ("Space", 32, " "),
}


class Failure(Exception):
    """What the browser did not do."""


class Browser:
    def __init__(self, program: str, profile: str, spki: str):
        to_browser = os.pipe()
        from_browser = os.pipe()
        self.reader, self.writer = from_browser[0], to_browser[1]
        self.buffer = b""
        self.number = 0
        self.events: list[dict] = []

        def place() -> None:
            # The browser reads from descriptor 3 and writes to 4. Both are moved out of the way first.
            source, target = os.dup2(to_browser[0], 103), os.dup2(from_browser[1], 104)
            os.dup2(source, 3)
            os.dup2(target, 4)

        arguments = [
            program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--no-first-run", "--disable-gpu", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
            "--disable-dev-shm-usage", f"--ignore-certificate-errors-spki-list={spki}", "about:blank",
        ]
        if os.geteuid() == 0:
            # As root Chromium has no sandbox of its own.
            arguments.insert(1, "--no-sandbox")
        with open(profile + ".log", "wb") as log:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(3, 4), preexec_fn=place)  # noqa: PLW1509
        os.close(to_browser[0])
        os.close(from_browser[1])
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(f"{domain}.enable")

    # The wire.

    def send(self, method: str, **parameters) -> int:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None) and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        return self.number

    def call(self, method: str, **parameters):
        number = self.send(method, **parameters)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            message = self.receive(end - time.monotonic())
            if message is None:
                continue
            if message.get("id") == number:
                if "error" in message:
                    raise Failure(f"{method}: {message['error']['message']}")
                return message["result"]
        raise Failure(f"{method}: no answer")

    def receive(self, seconds: float):
        while b"\0" not in self.buffer:
            if not select.select([self.reader], [], [], max(0, seconds))[0]:
                return None
            piece = os.read(self.reader, 1 << 20)
            if not piece:
                raise Failure("the browser ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def drain(self) -> None:
        while self.receive(0.05) is not None:
            pass

    # What a person does and sees.

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def script(self, text: str):
        result = self.call("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Failure(f"{text}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def wait(self, condition: str, seconds: float = 30):
        """Until the expression is true; fails with what the page shows."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                value = self.script(f"Boolean({condition})")
            except Failure:
                # The page is being exchanged.
                value = None
            if value:
                return value
            time.sleep(0.05)
        raise Failure(f"never true: {condition}\nthe page: {self.text()}")

    def text(self) -> str:
        return self.script("document.body.innerText")

    def wait_text(self, *texts: str) -> None:
        for text in texts:
            self.wait(f"document.querySelector('main').innerText.includes({json.dumps(text)})")

    def press(self, key: str, control: bool = False) -> None:
        code, number, text = KEYS.get(key, (f"Key{key.upper()}" if key.isalpha() else f"Digit{key}", ord(key.upper()[0]), key))
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 2 if control else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text and not control else "rawKeyDown", **event, **({"text": text} if text and not control else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def screenshot(self, file: str) -> None:
        image = self.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(image))

    def size(self, width: int, height: int, scale: float = 1) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def scheme(self, name: str) -> None:
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def close(self) -> None:
        try:
            self.call("Browser.close")
        except Failure:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
