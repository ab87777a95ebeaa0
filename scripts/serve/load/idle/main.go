// Command idle starts a server and says how much memory it has while many connections wait: some that never asked for
// anything, others that did.
//
//	go build -o dnn . && go run ./scripts/serve/load/idle -connections 10000 ./dnn serve model.bin --addr 127.0.0.1:0
//
// Each connection takes a file descriptor here and one of the server: ulimit -n says how many there are. It works on
// Linux, where /proc tells the memory.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

func main() {
	connections := flag.Int("connections", 10000, "how many")
	most := flag.Int("most", 0, "most MB of resident memory; 0: any")
	flag.Parse()
	if err := run(*connections, *most, flag.Args()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "idle:", err) //nolint:forbidigo // this is the program's main.go
		os.Exit(1)                                   //nolint:forbidigo // this is the program's main.go
	}
}

func run(count, most int, args []string) error {
	if len(args) == 0 {
		return errors.New("wanted the server's command, found none")
	}
	var failed error
	for _, asks := range []bool{false, true} {
		found, err := measure(count, asks, args)
		if err != nil {
			return err
		}
		if most > 0 && found > float64(most) {
			failed = errors.Join(failed, fmt.Errorf("wanted at most %d MB, found %.1f", most, found))
		}
	}
	return failed
}

// measure returns the resident memory, in MB, of a server with so many connections.
func measure(count int, asks bool, args []string) (megabytes float64, err error) {
	server := exec.CommandContext(context.Background(), args[0], args[1:]...)
	server.Stderr = os.Stderr //nolint:forbidigo // this is a program
	out, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(syscall.SIGTERM), server.Wait()) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, err
	}
	_, where, _ := strings.Cut(strings.TrimSpace(line), " at ")
	u, err := url.Parse(where)
	if err != nil {
		return 0, err
	}
	before, err := resident(server.Process.Pid)
	if err != nil {
		return 0, err
	}
	all, err := dial(u.Host, count)
	if err != nil {
		return 0, err
	}
	what, closed := "never asked", 0
	if asks {
		for _, c := range all {
			end, err := ask(c)
			if err != nil {
				return 0, err
			}
			if end {
				closed++
			}
		}
		what = fmt.Sprintf("asked, of which it closed %d after the answer", closed)
	}
	after, err := resident(server.Process.Pid)
	for _, c := range all {
		_ = c.Close()
	}
	tell("%.1f MB resident; %.1f MB with %d connections that %s", before, after, count, what)
	return after, err
}

// resident returns the memory of a process, in MB, once it had a moment to rest.
func resident(process int) (float64, error) {
	time.Sleep(time.Second)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	var kB int
	_, err = fmt.Sscan(after, &kB)
	return float64(kB) * 1024 / 1e6, err
}

func tell(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...) //nolint:forbidigo // this is a program
}

// dial makes so many connections.
func dial(address string, count int) ([]net.Conn, error) {
	all := make([]net.Conn, count)
	for i := range all {
		var err error
		if all[i], err = new(net.Dialer).DialContext(context.Background(), "tcp", address); err != nil {
			return nil, fmt.Errorf("connection %d: %w", i+1, err)
		}
	}
	return all, nil
}

// ask asks for an answer of the model, and reports whether the server closes the connection after it.
func ask(c net.Conn) (end bool, err error) {
	body := `{"instances":[[` + strings.Repeat("0,", 783) + `0]]}` // an image
	_, err = fmt.Fprintf(c, "POST /v1/models/model:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if err != nil {
		return false, err
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("wanted the answer, found %s", response.Status))
	}
	return response.Close, errors.Join(err, response.Body.Close())
}
