#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# python3: processes (subprocess, multiprocessing by fork, spawn and forkserver).
. "$(dirname "$0")/../lib.sh"
need /usr/bin/python3
compare_script /usr/bin/python3 <<'JOB'
import multiprocessing as mp, os, signal, subprocess, sys, time
from concurrent.futures import ProcessPoolExecutor


def square(x):
    return x * x


def put(q, n):
    for i in range(n):
        q.put(i)


def count(value, lock):
    for _ in range(1000):
        with lock:
            value.value += 1


def main():
    print(subprocess.run(["echo", "run"], capture_output=True, text=True).stdout)
    print(subprocess.check_output("seq 3 | tac", shell=True, text=True))
    p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    data = b"x" * 1_000_000
    print(len(p.communicate(data)[0]), p.returncode)
    try:
        subprocess.run(["sleep", "5"], timeout=0.2)
    except subprocess.TimeoutExpired as e:
        print("timed out", 0.1 < e.timeout < 0.3)
    try:
        subprocess.run(["/no/such"])
    except FileNotFoundError as e:
        print(e)
    p = subprocess.Popen(["sleep", "9"], start_new_session=True)
    os.killpg(p.pid, signal.SIGTERM)
    print(p.wait())
    print(subprocess.run(["sh", "-c", "echo $A; pwd; exit 9"], env={"A": "1"}, cwd="/", stdout=subprocess.PIPE).returncode)
    pid = os.posix_spawn("/bin/echo", ["echo", "spawned"], os.environ)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    for method in ("fork", "spawn", "forkserver"):
        c = mp.get_context(method)
        with c.Pool(3) as pool:
            print(method, sum(pool.map(square, range(1000), chunksize=10)), pool.apply_async(square, (5,)).get(20))
        q = c.Queue()
        p = c.Process(target=put, args=(q, 500))
        p.start()
        print(sum(q.get(timeout=20) for _ in range(500)))
        p.join()
        v, lock = c.Value("i", 0), c.Lock()
        ps = [c.Process(target=count, args=(v, lock)) for _ in range(4)]
        [p.start() for p in ps]
        [p.join() for p in ps]
        print(v.value, [p.exitcode for p in ps])
        p = c.Process(target=time.sleep, args=(60,))
        p.start()
        p.terminate()
        p.join()
        print(p.exitcode)
        with c.Manager() as m:
            d = m.dict(a=1)
            d["b"] = 2
            print(d.copy())
    from multiprocessing import shared_memory
    s = shared_memory.SharedMemory(create=True, size=1 << 20)
    s.buf[:5] = b"hello"
    t = shared_memory.SharedMemory(name=s.name)
    print(bytes(t.buf[:5]))
    t.close(), s.close(), s.unlink()
    with ProcessPoolExecutor(2) as e:
        print(list(e.map(square, range(5))))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    main()
JOB
