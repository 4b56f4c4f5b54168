#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A static Go program: goroutines, garbage collection, TCP on loopback, os/exec, timers, signals.
# shellcheck disable=SC2154 # lib.sh sets work.
. "$(dirname "$0")/../lib.sh"
need go
mkdir -p "$work/src" && cat > "$work/src/main.go" <<'GO'
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	var group sync.WaitGroup
	results := make([]int, 1000)
	for i := range results {
		group.Add(1)
		go func(i int) { defer group.Done(); results[i] = fib(i % 20); runtime.Gosched() }(i)
	}
	group.Wait()
	sum := 0
	for _, r := range results {
		sum += r
	}
	fmt.Println("goroutines", sum)
	var kept [][]byte
	for i := 0; i < 200; i++ {
		b := make([]byte, 1<<20)
		b[i] = 1
		if i%10 == 0 {
			kept = append(kept, b)
		}
	}
	runtime.GC()
	fmt.Println("memory", len(kept), runtime.NumCPU() > 0)
	done := make(chan bool)
	go func() { for i := 0; ; i++ { select { case <-done: return; default: } } }()
	time.Sleep(20 * time.Millisecond)
	done <- true
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			c, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				panic(err)
			}
			text := bytes.Repeat([]byte{byte(i)}, 100000)
			go func() { c.Write(text); c.(*net.TCPConn).CloseWrite() }()
			back, _ := io.ReadAll(c)
			if !bytes.Equal(back, text) {
				fmt.Println("echo differs", i, len(back))
			}
		}(i)
	}
	group.Wait()
	listener.Close()
	fmt.Println("echoes done")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "path %s", r.URL.Path) })}
	hl, _ := net.Listen("tcp", "127.0.0.1:0")
	go server.Serve(hl)
	response, err := http.Get("http://" + hl.Addr().String() + "/x")
	if err != nil {
		panic(err)
	}
	body, _ := io.ReadAll(response.Body)
	fmt.Println(string(body))
	out, err := exec.Command("sh", "-c", "echo from exec; exit 4").CombinedOutput()
	fmt.Printf("%q %v\n", out, err)
	command := exec.Command("sort", "-r")
	command.Stdin = bytes.NewReader([]byte("a\nb\nc\n"))
	out, err = command.Output()
	fmt.Printf("%q %v\n", out, err)
	limited, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	fmt.Println(exec.CommandContext(limited, "sleep", "9").Run())
	cancel()
	for i := 0; i < 20; i++ {
		group.Add(1)
		go func() { defer group.Done(); if err := exec.Command("true").Run(); err != nil { fmt.Println(err) } }()
	}
	group.Wait()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-signals)
	os.WriteFile("file", []byte("content"), 0o644)
	os.MkdirAll("d/e", 0o755)
	os.Rename("file", "d/e/file")
	filepath.Walk(".", func(p string, i os.FileInfo, e error) error { fmt.Println(p, i.Mode()); return e })
	data, _ := os.ReadFile("d/e/file")
	fmt.Printf("%x\n", sha256.Sum256(data))
	_, err = os.Open("none")
	fmt.Println(err)
	timer := time.NewTicker(5 * time.Millisecond)
	for i := 0; i < 5; i++ {
		<-timer.C
	}
	defer func() { fmt.Println("recovered", recover() != nil); os.Exit(6) }()
	var nothing *int
	*nothing = 1
}
GO
(cd "$work/src" && HOME=$work GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=0 go build -o "$work/prog" main.go) || exit 1
expected_code=6 compare "$work/prog" </dev/null
