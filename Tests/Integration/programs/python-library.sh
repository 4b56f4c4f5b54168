#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# python3: threads, asyncio, sockets, selectors, files, sqlite3.
. "$(dirname "$0")/../lib.sh"
need /usr/bin/python3
expected_code=3 compare_script /usr/bin/python3 <<'JOB'
import asyncio, contextlib, ctypes, fcntl, hashlib, http.client, http.server, io, json, mmap, os, pathlib, pty, queue, re, resource, select, selectors
import shutil, signal, socket, socketserver, sqlite3, ssl, sys, tempfile, threading, time, urllib.request, zipfile, zlib
from concurrent.futures import ThreadPoolExecutor

sys.stdout.reconfigure(line_buffering=True)
# threads
total, lock = 0, threading.Lock()
def add():
    global total
    for _ in range(5000):
        with lock:
            total += 1
ts = [threading.Thread(target=add) for _ in range(10)]
[t.start() for t in ts]; [t.join() for t in ts]
print(total)
q = queue.Queue(5)
def produce():
    for i in range(200): q.put(i)
    q.put(None)
threading.Thread(target=produce).start()
print(sum(iter(q.get, None)))
e = threading.Event(); threading.Timer(0.05, e.set).start(); print(e.wait(10))
c = threading.Condition()
with c: print(c.wait(0.05))
b = threading.Barrier(4); r = []
ts = [threading.Thread(target=lambda: r.append(b.wait())) for _ in range(4)]; [t.start() for t in ts]; [t.join() for t in ts]; print(sorted(r))
with ThreadPoolExecutor(8) as pool: print(sum(pool.map(lambda x: zlib.crc32(b"%d" % x), range(200))))
# asyncio
async def work():
    async def serve(r, w):
        w.write((await r.readline()).upper()); await w.drain(); w.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async def ask(i):
        r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
        w.write(b"hello %d\n" % i); line = await r.read(); w.close(); return line
    print(sorted(await asyncio.gather(*(ask(i) for i in range(20))))[0])
    p = await asyncio.create_subprocess_exec("tr", "a-z", "A-Z", stdin=-1, stdout=-1)
    print((await p.communicate(b"subprocess"))[0], p.returncode)
    try: await asyncio.wait_for(asyncio.sleep(9), 0.05)
    except asyncio.TimeoutError: print("timeout")
    print(await asyncio.get_running_loop().run_in_executor(None, lambda: 6 * 7))
    us = await asyncio.start_unix_server(serve, "sock"); r, w = await asyncio.open_unix_connection("sock"); w.write(b"unix\n"); print(await r.read()); us.close()
    loop = asyncio.get_running_loop(); got = loop.create_future(); loop.add_signal_handler(signal.SIGUSR1, got.set_result, "signal"); os.kill(os.getpid(), signal.SIGUSR1); print(await got)
asyncio.run(work())
# sockets
a, b2 = socket.socketpair(); a.sendall(b"x" * 100000 if False else b"pair"); print(b2.recv(10))
u1 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u1.bind(("127.0.0.1", 0)); u2 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u2.sendto(b"udp", u1.getsockname()); print(u1.recvfrom(10)[0])
r1, w1 = os.pipe(); socket.send_fds(a, [b"fd"], [r1]); m, fds, *_ = socket.recv_fds(b2, 10, 1); os.write(w1, b"passed"); print(m, os.read(fds[0], 10))
s = socket.create_server(("127.0.0.1", 0)); s.settimeout(0.05)
try: s.accept()
except TimeoutError as x: print(x)
try: socket.create_connection(("127.0.0.1", 1), 1)
except OSError as x: print(x)
print(socket.getaddrinfo("localhost", 80, socket.AF_INET, socket.SOCK_STREAM)[0][4], socket.inet_aton("1.2.3.4"))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(self.path.encode() * 1000)
    def log_message(self, *a): pass
h = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H); threading.Thread(target=h.serve_forever).start()
print(len(urllib.request.urlopen("http://127.0.0.1:%d/abc" % h.server_port).read())); h.shutdown(); h.server_close()
sel = selectors.DefaultSelector(); sel.register(b2, selectors.EVENT_READ); a.send(b"z"); print(type(sel).__name__, len(sel.select(1))); print(select.select([b2], [], [], 1)[0] == [b2]); po = select.poll(); po.register(b2, select.POLLIN); print(po.poll(100)[0][1])
# sqlite3
db = sqlite3.connect("x.db"); db.execute("create table t(a)"); db.executemany("insert into t values(?)", ((i,) for i in range(10000))); db.commit(); print(db.execute("select sum(a) from t").fetchone()); db.execute("pragma journal_mode=wal"); db.execute("delete from t where a % 2"); db.commit(); print(db.execute("select count(*) from t").fetchone()); db.close(); print(sorted(os.listdir()))
# files
p = pathlib.Path("d/e"); p.mkdir(parents=True); (p / "f").write_text("hello"); shutil.copytree("d", "d2"); print(sorted(str(x) for x in pathlib.Path(".").rglob("*"))); shutil.rmtree("d2"); os.rename("d/e/f", "g"); print(os.stat("g").st_size, oct(os.stat("d").st_mode))
with open("m", "w+b") as f:
    f.truncate(1 << 16); mm = mmap.mmap(f.fileno(), 0); mm[100:105] = b"mmaps"; mm.flush(); f.seek(100); print(f.read(5)); mm.resize(1 << 17); print(os.fstat(f.fileno()).st_size); mm.close()
with tempfile.TemporaryDirectory() as t: open(t + "/x", "w").write("y"); print(os.listdir(t))
with tempfile.TemporaryFile() as f: f.write(b"tmp"); f.seek(0); print(f.read())
fcntl.flock(open("g"), fcntl.LOCK_EX); fcntl.lockf(open("g", "r+"), fcntl.LOCK_EX); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0, hashlib.sha256(open("g", "rb").read()).hexdigest()[:8])
with zipfile.ZipFile("z.zip", "w", zipfile.ZIP_DEFLATED) as z: z.write("g")
print(zipfile.ZipFile("z.zip").namelist(), os.sendfile(os.open("out", os.O_CREAT | os.O_WRONLY), os.open("g", os.O_RDONLY), 0, 100), os.get_terminal_size.__name__, os.cpu_count() > 0, os.getloadavg()[0] >= 0)
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.05); signal.pause(); print(signal.sigtimedwait([signal.SIGUSR2], 0.05)); print(ctypes.CDLL(None).getppid() == os.getppid())
pid, fd = pty.fork()
if pid == 0: os.execlp("sh", "sh", "-c", "stty size; tty | sed s,[0-9].*,N,; read x; echo got $x")
os.write(fd, b"line\n"); out = b""
with contextlib.suppress(OSError):
    while True:
        chunk = os.read(fd, 1000)
        if not chunk: break
        out += chunk
os.waitpid(pid, 0); print(out.count(b"got line"), out.count(b"N"), out.startswith(b"line") or out)
try: os.open("/nothing", 0)
except OSError as x: print(x)
x = bytearray(200 << 20); x[-1] = 1; print(len(x)); del x
print(time.get_clock_info("monotonic").monotonic, time.monotonic() > 0, ssl.create_default_context() is not None)
print([e.name for e in sorted(os.scandir("/"), key=lambda e: e.name) if e.name in ("etc", "usr", "proc")], os.popen("id -u").read(), sys.version_info[0])
def boom():
    raise SystemExit(3)
boom()
JOB
