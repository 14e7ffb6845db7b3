package labtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// startTimeout covers a machine that builds at the same time; alone a lab is ready in about four seconds.
	startTimeout = 3 * time.Minute
	stopTimeout  = 20 * time.Second
)

// errNoBinary means that there is no lab to start; tests are skipped then.
var errNoBinary = errors.New("no canopy-lab binary: build it with `make bin/canopy-lab`, or name one in CANOPY_LAB_BIN")

// shared starts the instance that all tests of this binary use, once. It is the one piece of state of this package: a test binary has no other
// place that outlives its tests.
var shared = sync.OnceValues(func() (*instance, error) {
	if dir := os.Getenv("CANOPY_LAB"); dir != "" {
		return &instance{dir: dir}, nil
	}
	return startInstance(settings{nodes: 3})
})

// instance is a running lab.
type instance struct {
	dir    string
	stdin  io.Closer     // nil when the lab was not started here
	done   chan struct{} // closed when the process has ended
	kill   func() error
	stderr *bytes.Buffer // read after done
}

// startInstance starts a lab and waits until it is ready. The lab ends when its standard input ends, which the system sees to however this process ends.
func startInstance(s settings) (*instance, error) {
	binary, err := findBinary()
	if err != nil {
		return nil, err
	}
	arguments := []string{"up", "--with-stdin", "--nodes", strconv.Itoa(s.nodes)}
	if len(s.components) > 0 {
		arguments = append(arguments, "--components", strings.Join(s.components, ","))
	}
	if s.manifests != "" {
		arguments = append(arguments, "--manifests", s.manifests)
	}
	lab := &instance{done: make(chan struct{}), stderr: &bytes.Buffer{}}
	cmd := exec.Command(binary, arguments...)
	cmd.Stderr = lab.stderr
	if lab.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lab.kill = cmd.Process.Kill
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		ready <- line
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait() // how it ended shows in what it wrote
		close(lab.done)
	}()
	select {
	case line := <-ready:
		_, kubeconfig, found := strings.Cut(strings.TrimSpace(line), "KUBECONFIG=")
		if !found {
			lab.stop()
			return nil, fmt.Errorf("%s did not start: %s", binary, lab.stderr)
		}
		lab.dir = filepath.Dir(filepath.Dir(kubeconfig))
		return lab, nil
	case <-time.After(startTimeout):
		lab.stop()
		return nil, fmt.Errorf("%s was not ready after %s: %s", binary, startTimeout, lab.stderr)
	}
}

// stop ends a lab that was started here and waits for it.
func (i *instance) stop() {
	_ = i.stdin.Close()
	select {
	case <-i.done:
	case <-time.After(stopTimeout):
		_ = i.kill()
		<-i.done
	}
}

// command sends one line to the lab's control socket and gives what follows "ok".
func (i *instance) command(line string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(i.dir, "control.sock"))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // nothing is left to lose
	if err := conn.SetDeadline(time.Now().Add(startTimeout)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(conn, line); err != nil {
		return "", err
	}
	reply, err := io.ReadAll(conn)
	if err != nil {
		return "", err
	}
	answer, ok := strings.CutPrefix(strings.TrimSpace(string(reply)), "ok")
	if !ok {
		return "", fmt.Errorf("%s: %s", line, strings.TrimSpace(string(reply)))
	}
	return strings.TrimSpace(answer), nil
}

// findBinary looks where CANOPY_LAB_BIN says, else for bin/canopy-lab beside the go.mod above the working directory, which for a test is its package's.
func findBinary() (string, error) {
	if path := os.Getenv("CANOPY_LAB_BIN"); path != "" {
		_, err := os.Stat(path)
		return path, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, "bin", "canopy-lab")
			if _, err := os.Stat(path); err != nil {
				return "", errNoBinary
			}
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errNoBinary
		}
		dir = parent
	}
}
