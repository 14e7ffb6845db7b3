// Package plane runs a disposable Kubernetes control plane: it makes the identities, starts one process per component, and stops and starts them on command.
package plane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// stopGrace is how long a component may take to end in good order. An API server with open watches would take much longer; its data is safe with etcd.
const stopGrace = 2 * time.Second

// Options say what a lab consists of.
type Options struct {
	Dir         string   // keeps the lab there; empty: a temporary directory, removed by Close
	Components  []string // of Components()
	Nodes       int      // nodes that the simulator makes
	TestObjects bool     // make the namespace team-a and what the test users need in it
}

// Supervisor is a running lab.
type Supervisor struct {
	options   Options
	layout    Layout
	temporary bool
	ports     ports

	mu       sync.Mutex // guards children; held while one is started or stopped
	children map[string]*child
	closed   bool
}

// Up starts a lab and returns when its API server, and what else was asked for, is ready. After an error nothing is left running.
func Up(ctx context.Context, options Options) (*Supervisor, error) {
	for _, component := range options.Components {
		if !slices.Contains(Components(), component) {
			return nil, fmt.Errorf("unknown component %q, want some of %s", component, strings.Join(Components(), ","))
		}
	}
	s := &Supervisor{options: options, layout: Layout{Dir: options.Dir}, children: map[string]*child{}}
	if options.Dir == "" {
		dir, err := os.MkdirTemp("", "canopy-lab-")
		if err != nil {
			return nil, err
		}
		s.layout.Dir, s.temporary = dir, true
	}
	if err := s.begin(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Supervisor) begin(ctx context.Context) error {
	if err := s.prepare(); err != nil {
		return err
	}
	// The API server waits for etcd, so both start at once. The others would only compete with it for the processor.
	for _, component := range []string{Etcd, APIServer} {
		if slices.Contains(s.options.Components, component) {
			if err := s.Start(component); err != nil {
				return err
			}
		}
	}
	if !slices.Contains(s.options.Components, APIServer) {
		return nil
	}
	if err := s.waitReady(ctx); err != nil {
		return err
	}
	for _, component := range []string{Nodes, ControllerManager, Scheduler} {
		if slices.Contains(s.options.Components, component) {
			if err := s.Start(component); err != nil {
				return err
			}
		}
	}
	if err := bootstrap(ctx, s.layout, s.options.TestObjects); err != nil {
		return fmt.Errorf("making the lab's own objects: %w", err)
	}
	return s.waitComponents(ctx)
}

// prepare writes everything that the components read.
func (s *Supervisor) prepare() error {
	l := s.layout
	if err := l.create(); err != nil {
		return err
	}
	var err error
	if s.ports, err = freePorts(); err != nil {
		return err
	}
	authorities := map[string]*authority{}
	for _, name := range []string{"server-ca", "client-ca", "front-proxy-ca", "etcd-ca"} {
		if authorities[name], err = loadAuthority(l, name); err != nil {
			return err
		}
	}
	return errors.Join(
		authorities["server-ca"].server("apiserver", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"),
		authorities["etcd-ca"].server("etcd"),
		authorities["etcd-ca"].client("etcd-client", "apiserver"),
		authorities["front-proxy-ca"].client("front-proxy-client", "front-proxy-client"),
		writeServiceAccountKey(l),
		writeIdentities(l, authorities["client-ca"], s.Server()),
		writeFile(l.conf("audit-policy.yaml"), []byte(auditPolicy)),
	)
}

// Layout names the lab's files.
func (s *Supervisor) Layout() Layout { return s.layout }

// Server is the URL of the API server.
func (s *Supervisor) Server() string { return fmt.Sprintf("https://127.0.0.1:%d", s.ports.apiserver) }

// Start starts a component that is not running. For the API server, use Restore to wait until it is ready.
func (s *Supervisor) Start(component string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the lab is shutting down")
	}
	if c := s.children[component]; c != nil && c.running() {
		return fmt.Errorf("%s is running already", component)
	}
	c, err := startChild(s.layout, component, s.arguments(component))
	if err != nil {
		return fmt.Errorf("starting %s: %w", component, err)
	}
	s.children[component] = c
	return nil
}

// Restore starts a component and waits until the API server is ready, if that is what was started.
func (s *Supervisor) Restore(ctx context.Context, component string) error {
	if err := s.Start(component); err != nil {
		return err
	}
	if component == APIServer {
		return s.waitReady(ctx)
	}
	return nil
}

// Stop stops a running component in good order.
func (s *Supervisor) Stop(component string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.children[component]
	if c == nil || !c.running() {
		return fmt.Errorf("%s is not running", component)
	}
	c.stop(stopGrace)
	return nil
}

// Compact discards etcd's history and lets the API server forget its own, by a restart if it runs: a watch that goes on from an older resourceVersion is then
// answered 410 Gone. Without the restart the API server would serve it from its watch cache. It returns the revision that is left.
func (s *Supervisor) Compact(ctx context.Context) (int64, error) {
	restart := s.state(APIServer) == "running"
	if restart {
		if err := s.Stop(APIServer); err != nil {
			return 0, err
		}
	}
	revision, err := s.compactEtcd(ctx)
	if restart {
		err = errors.Join(err, s.Restore(ctx, APIServer))
	}
	return revision, err
}

// Status gives each component's state: running, stopped, or how it ended.
func (s *Supervisor) Status() string {
	var parts []string
	for _, component := range Components() {
		parts = append(parts, component+"="+s.state(component))
	}
	return strings.Join(parts, " ")
}

func (s *Supervisor) state(component string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.children[component]
	if c != nil && c.running() {
		return "running"
	}
	if c != nil && !c.stopped {
		return fmt.Sprintf("failed(%v)", c.err)
	}
	return "stopped"
}

// Close ends every component and removes a temporary directory. The components of a lab that is kept end in good order, etcd last.
func (s *Supervisor) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	grace := stopGrace
	if s.temporary {
		grace = 0
	}
	order := Components()
	slices.Reverse(order)
	for _, component := range order {
		if c := s.children[component]; c != nil && c.running() {
			c.stop(grace)
		}
	}
	if s.temporary {
		_ = os.RemoveAll(s.layout.Dir)
	}
}
