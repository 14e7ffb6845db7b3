// Package labtest gives tests a real Kubernetes control plane, run by the canopy-lab binary as a process of its own.
//
// Use Shared wherever a test can live with other tests on the same API server, in a namespace of its own. Use Private to break things.
package labtest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Names of the users that every lab has, for Config, Kubeconfig and Client.
const (
	Admin       = "admin"        // system:masters
	Canopy      = "canopy"       // reads everything, Secrets and non-resource paths included
	Namespaced  = "namespaced"   // reads TestNamespace only and may not list namespaces
	Nobody      = "nobody"       // is authenticated, and no more
	Anonymous   = "anonymous"    // shows no credentials
	DevUser     = "dev-user"     // user alice of group dev, without rights of its own
	TokenReader = "token-reader" // static token; reads everything
	TokenNobody = "token-nobody" // static token; no rights
	TokenFile   = "token-file"   // token in a file (see Lab.TokenPath); reads everything
)

// TestNamespace is the namespace that the user Namespaced may read.
const TestNamespace = "team-a"

// Lab is a control plane as one test sees it. Its methods fail that test when something goes wrong.
type Lab struct {
	t        testing.TB
	instance *instance
	private  bool
}

// settings are what an own lab is started with.
type settings struct {
	components []string
	nodes      int
	manifests  string
}

// Option changes how Private starts a lab.
type Option func(*settings)

// WithComponents sets what runs, of etcd, apiserver, controller-manager, scheduler and nodes.
func WithComponents(components ...string) Option {
	return func(s *settings) { s.components = components }
}

// WithNodes sets the number of simulated nodes; the component nodes must run.
func WithNodes(count int) Option { return func(s *settings) { s.nodes = count } }

// WithManifests applies all YAML files below a directory before the lab is ready.
func WithManifests(dir string) Option { return func(s *settings) { s.manifests = dir } }

// Shared gives the lab that all tests share: the one whose directory CANOPY_LAB names, else one that is started for this test binary at the first call and ends
// with it. All components run, with three nodes. Without a lab binary the test is skipped, or fails if CANOPY_LAB_REQUIRED is 1.
func Shared(t testing.TB) *Lab {
	t.Helper()
	lab, err := shared()
	orSkip(t, err)
	return &Lab{t: t, instance: lab}
}

// Private starts a lab for this test alone and stops it at the test's end. It runs etcd and the API server only, unless an option says otherwise: without
// controllers nothing is deleted with its namespace or owner, and no account is made in a new namespace.
func Private(t testing.TB, options ...Option) *Lab {
	t.Helper()
	s := settings{components: []string{"etcd", "apiserver"}, nodes: 3}
	for _, option := range options {
		option(&s)
	}
	lab, err := startInstance(s)
	orSkip(t, err)
	t.Cleanup(lab.stop)
	return &Lab{t: t, instance: lab, private: true}
}

func orSkip(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errNoBinary) && os.Getenv("CANOPY_LAB_REQUIRED") != "1":
		t.Skipf("NOT TESTED: %v", err)
	default:
		t.Fatal(err)
	}
}

// Dir is the lab's directory.
func (l *Lab) Dir() string { return l.instance.dir }

// AuditLog is the path of the API server's audit log: one JSON event per line.
func (l *Lab) AuditLog() string { return filepath.Join(l.Dir(), "audit.log") }

// TokenPath is the file that holds the token of the user TokenFile. A test of a private lab may rewrite it.
func (l *Lab) TokenPath() string { return filepath.Join(l.Dir(), "token", "token-file") }

// Kubeconfig is the path of a user's kubeconfig.
func (l *Lab) Kubeconfig(user string) string {
	l.t.Helper()
	path := filepath.Join(l.Dir(), "kubeconfig", user+".yaml")
	if _, err := os.Stat(path); err != nil {
		l.t.Fatalf("the lab has no user %q: %v", user, err)
	}
	return path
}

// Config is the configuration of a client for a user, without client-go's limit of five requests per second.
func (l *Lab) Config(user string) *rest.Config {
	l.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", l.Kubeconfig(user))
	if err != nil {
		l.t.Fatal(err)
	}
	config.QPS, config.Burst = 500, 1000
	return config
}

// Client is a typed client for a user.
func (l *Lab) Client(user string) kubernetes.Interface {
	l.t.Helper()
	client, err := kubernetes.NewForConfig(l.Config(user))
	if err != nil {
		l.t.Fatal(err)
	}
	return client
}

// StopAPIServer stops the API server of a private lab. Its data and its address stay.
func (l *Lab) StopAPIServer() {
	l.t.Helper()
	l.Control("stop apiserver")
}

// StartAPIServer starts the API server of a private lab again and waits until it is ready.
func (l *Lab) StartAPIServer() {
	l.t.Helper()
	l.Control("start apiserver")
}

// Compact makes every older resourceVersion of a private lab expire: a watch that goes on from one is answered 410 Gone. A running API server is restarted for it,
// since it would serve such watches from memory.
func (l *Lab) Compact() {
	l.t.Helper()
	l.Control("compact")
}

// Control sends a command to a private lab, for example "stop etcd", and gives its answer.
func (l *Lab) Control(command string) string {
	l.t.Helper()
	if !l.private && command != "status" {
		l.t.Fatalf("%q would disturb the other tests of a shared lab: use labtest.Private", command)
	}
	answer, err := l.instance.command(command)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer
}
