//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running program that answers at addr, with all processes that it started.
type server struct {
	addr  string
	group int // of processes
	log   string
	ended chan struct{}
}

// startTime is how long a server may take until it answers.
const startTime = time.Minute

// launch starts a program with its arguments, on the CPUs of the calling thread, and waits until it answers. It is ready
// after so many lines that begin with the word ready or serving: one for each of its processes.
func launch(ctx context.Context, addr, log string, env []string, ready int, arguments ...string) (*server, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()                  // the program has it
	cmd := exec.Command(arguments[0], arguments[1:]...) //nolint:noctx // stop ends the whole group
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{addr: addr, group: cmd.Process.Pid, log: log, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // it is ended by a signal
		close(s.ended)
	}()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if s.lines() >= ready && s.answers(ctx) {
			return s, nil
		}
		select {
		case <-s.ended:
			return nil, fmt.Errorf("%s ended: %s", filepath.Base(arguments[0]), s.last())
		default:
		}
		if err := ctx.Err(); err != nil || time.Since(begun) > startTime {
			s.stop()
			return nil, errors.Join(err, fmt.Errorf("%s did not answer after %v: %s", filepath.Base(arguments[0]), startTime,
				s.last()))
		}
	}
}

// lines returns how many processes have said that they are ready.
func (s *server) lines() int {
	text, _ := os.ReadFile(s.log)
	n := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "ready") || strings.HasPrefix(line, "serving") {
			n++
		}
	}
	return n
}

// last returns the last line that the program printed.
func (s *server) last() string {
	text, _ := os.ReadFile(s.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// answers reports whether the server takes requests. A server that has no such path says so, which is an answer too.
func (s *server) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/v2/health/ready", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode != http.StatusBadRequest && response.StatusCode != http.StatusServiceUnavailable
}

// stop ends all processes of the server.
func (s *server) stop() {
	_ = syscall.Kill(-s.group, syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(5 * time.Second):
	}
	_ = syscall.Kill(-s.group, syscall.SIGKILL) // whatever is left
	<-s.ended
	// What the server has started is no child of ours, so only /proc says when it has gone.
	for end := time.Now().Add(5 * time.Second); len(s.processes()) > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// freePort returns a port of this machine that nobody listens on.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// processes returns the folders in /proc of the server's processes that have not ended.
func (s *server) processes() []string {
	all, _ := filepath.Glob("/proc/[0-9]*")
	var own []string
	for _, folder := range all {
		text, err := os.ReadFile(filepath.Join(folder, "stat"))
		if err != nil {
			continue // it has ended meanwhile
		}
		_, after, _ := strings.Cut(string(text), ") ")
		if f := strings.Fields(after); len(f) > 2 && f[2] == strconv.Itoa(s.group) && f[0] != "Z" {
			own = append(own, folder)
		}
	}
	return own
}

// cpuSeconds returns how long the server's threads have computed.
func (s *server) cpuSeconds() float64 {
	total := 0.
	for _, folder := range s.processes() {
		threads, _ := filepath.Glob(filepath.Join(folder, "task", "*", "schedstat"))
		for _, path := range threads {
			text, _ := os.ReadFile(path)
			first, _, _ := strings.Cut(string(text), " ")
			ns, _ := strconv.ParseFloat(first, 64) // a thread that has ended meanwhile counts 0
			total += ns / 1e9
		}
	}
	return total
}

// residentMiB returns the memory that the server's processes have resident.
func (s *server) residentMiB() float64 {
	total := 0.
	for _, folder := range s.processes() {
		file, err := os.Open(filepath.Join(folder, "status"))
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if value, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
				kib, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 64)
				total += kib / 1024
			}
		}
		_ = file.Close()
	}
	return total
}
