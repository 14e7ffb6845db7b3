package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/node"
	"canopy/k8s/labtest"
	"canopy/k8s/live"
	"canopy/model"
)

// nodeWorld is a real control plane with nodes that nobody but a test writes to, an engine that reads it, and the shipped binary before it.
type nodeWorld struct {
	t      *testing.T
	lab    *labtest.Lab
	client kubernetes.Interface
	engine *engine.Engine
	screen *terminal
}

// machines are the names of the nodes.
func machines() []string { return []string{"m1", "m2", "m3"} }

func newNodeWorld(t *testing.T) *nodeWorld {
	t.Helper()
	lab := labtest.Private(t)
	w := &nodeWorld{t: t, lab: lab, client: lab.Client(labtest.Admin)}
	for _, name := range machines() {
		w.join(name)
	}
	w.engine = watched(t, lab, labtest.Canopy)
	return w
}

// join makes a node as its kubelet would.
func (w *nodeWorld) join(name string) {
	w.t.Helper()
	nodes, now := w.client.CoreV1().Nodes(), metav1.Now()
	n, err := nodes.Create(w.t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{corev1.LabelOSStable: "linux", corev1.LabelHostname: name}}}, metav1.CreateOptions{})
	if err == nil {
		n.Spec.Taints = nil
		if n, err = nodes.Update(w.t.Context(), n, metav1.UpdateOptions{}); err == nil {
			n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: now, LastTransitionTime: now}}
			n.Status.Allocatable = resources("4", "8Gi")
			n.Status.Capacity = n.Status.Allocatable
			n.Status.NodeInfo = corev1.NodeSystemInfo{KubeletVersion: w.server(), ContainerRuntimeVersion: "containerd://2.3.4", KernelVersion: "6.12.58+deb13-amd64", OSImage: "Debian GNU/Linux 13 (trixie)",
				OperatingSystem: "linux", Architecture: "amd64", BootID: "boot-1-of-" + name, MachineID: name, SystemUUID: name}
			_, err = nodes.UpdateStatus(w.t.Context(), n, metav1.UpdateOptions{})
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// server is the version of the API server.
func (w *nodeWorld) server() string {
	w.t.Helper()
	v, err := w.client.Discovery().ServerVersion()
	if err != nil {
		w.t.Fatal(err)
	}
	return v.GitVersion
}

// report writes the status of a node, as its kubelet does.
func (w *nodeWorld) report(t *testing.T, name string, change func(*corev1.NodeStatus)) *corev1.Node {
	t.Helper()
	nodes := w.client.CoreV1().Nodes()
	n, err := nodes.Get(t.Context(), name, metav1.GetOptions{})
	if err == nil {
		change(&n.Status)
		n, err = nodes.UpdateStatus(t.Context(), n, metav1.UpdateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// watched reads a lab as a user until the test ends.
func watched(t *testing.T, lab *labtest.Lab, user string) *engine.Engine {
	t.Helper()
	source, err := live.New(live.Options{Config: lab.Config(user), Version: "nodes"})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{Rules: rules})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- e.Run(ctx) }()
	go func() { ended <- source.Run(ctx, e) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		<-ended
	})
	within, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	if _, err := e.Settle(within); err != nil {
		t.Fatal(err)
	}
	return e
}

// known is what the engine knows of a node.
func (w *nodeWorld) known(t *testing.T, name string) *node.Node {
	t.Helper()
	var found *node.Node
	if err := w.engine.AskNodes(t.Context(), func(p *engine.Patching) {
		for _, n := range p.Nodes.Nodes() {
			if n.Ref.Name == name {
				found = n
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if found == nil {
		t.Fatalf("nothing is known of node %s", name)
	}
	return found
}

// open gives the finding with an id; nil where there is none.
func (w *nodeWorld) open(id string) *model.Finding {
	for f := range w.engine.Report().Findings.All() {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// until waits for what the engine is to say.
func (w *nodeWorld) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for start := time.Now(); time.Since(start) < deadline; time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not within %s", what, deadline)
}

// state is that of one topic of a node, with what is said of it.
func (w *nodeWorld) state(t *testing.T, name string, topic node.Topic) (node.State, string) {
	t.Helper()
	v, _ := w.known(t, name).Verdict(topic)
	return v.State, v.Detail
}

// row is what the list of nodes says of one, without the text beside the list.
func row(screen, name string) string {
	for line := range strings.Lines(screen) {
		left, _, _ := strings.Cut(line, "│")
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(left), "▸"))
		if slices.Contains(words, name) {
			return strings.Join(words, " ")
		}
	}
	return ""
}

// rowHolds waits until the row of a node holds all of the words and none of others.
func (w *nodeWorld) rowHolds(t *testing.T, s *terminal, name string, words []string, none ...string) time.Duration {
	t.Helper()
	return s.until(name+" "+strings.Join(words, " "), func(screen string) bool {
		r := row(screen, name)
		for _, word := range words {
			if !strings.Contains(r, word) {
				return false
			}
		}
		for _, word := range none {
			if strings.Contains(r, word) {
				return false
			}
		}
		return true
	})
}
