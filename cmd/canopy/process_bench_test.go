package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	megabyte = 1e6
	// tick is how long the kernel counts as one unit of processor time: USER_HZ, which is 100 on every architecture
	// that Go runs on under Linux.
	tick = 10 * time.Millisecond
)

// usage is what a process holds and has used, as the kernel tells it.
type usage struct {
	// resident and peak are in bytes; own is the resident part that no file backs.
	resident, own, peak float64
	cpu                 time.Duration
}

// usageOf asks for a process that runs; only Linux tells.
func usageOf(pid int) (usage, error) {
	var u usage
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	fields := map[string]*float64{"VmRSS": &u.resident, "RssAnon": &u.own, "VmHWM": &u.peak}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		if field := fields[name]; field != nil {
			kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				return u, err
			}
			*field = kilobytes * 1024
		}
	}
	if u.peak == 0 {
		return u, errors.New("the process has ended")
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name in the second field may hold anything; what follows its bracket does not.
	_, rest, _ := strings.Cut(string(stat), ") ")
	words := strings.Fields(rest)
	for _, word := range words[11:13] { // utime and stime
		ticks, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return u, err
		}
		u.cpu += time.Duration(ticks) * tick
	}
	return u, nil
}

// measured is what one run of a command took.
type measured struct {
	took time.Duration
	usage
}

// measure runs a command to its end. The peak is read while it runs, every few milliseconds: what the kernel tells of a
// process that has ended includes what its parent held when it started it.
func measure(b *testing.B, cmd *exec.Cmd) measured {
	b.Helper()
	var told strings.Builder
	cmd.Stderr = &told
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var m measured
	for {
		select {
		case err := <-ended:
			m.took = time.Since(start)
			m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			if err != nil {
				b.Fatalf("%v: %v\n%s", cmd.Args, err, told.String())
			}
			return m
		case <-time.After(3 * time.Millisecond):
			if u, err := usageOf(cmd.Process.Pid); err == nil {
				m.usage = u
			}
		}
	}
}
