package ui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestImagesByKeys goes from the list to the vulnerabilities, the workloads and back, and scans once that was confirmed.
func TestImagesByKeys(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 140, Height: 40}, session)
	s.press("5")
	s.has("25% scanned: 1 of 4 images", "evidence: trivy-operator 3")
	s.press("G", "enter")
	if s.on() != view.Image {
		t.Fatalf("enter leads to %s", s.on())
	}
	s.has("registry.example/shop/web:1.4", "CVE-2026-1002")
	s.press("t", "enter")
	s.has("Deployment web")
	s.press("esc", "esc", "esc")
	if s.on() != view.Images {
		t.Errorf("esc leads to %s", s.on())
	}
	s.press("o")
	s.has("resources")
	s.press("esc", "5", "I")
	s.has("run trivy 0.70.0? it downloads images and vulnerability data", "▸ no: nothing is run")
	s.press("enter")
	if len(session.Scanned) != 0 {
		t.Error("something was scanned")
	}
	s.press("I", "down", "down", "enter")
	s.has("3 of 3 images scanned")
	if len(session.Scanned) != 3 {
		t.Errorf("scanned %+v", session.Scanned)
	}
}

// stuck is a session whose scans go on until they are stopped.
type stuck struct {
	quiet
	began chan struct{}
}

func (s stuck) Scan(ctx context.Context, images []model.ScanTarget, progress func(model.ScanProgress)) error {
	progress(model.ScanProgress{All: len(images), Running: []string{images[0].Reference}})
	close(s.began)
	<-ctx.Done()
	return ctx.Err()
}

// TestScanIsStopped holds that a line says what is being scanned, that esc ends that before anything else, and that it also ends with
// the session.
func TestScanIsStopped(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 140, Height: 40}, session)
	began := make(chan struct{})
	s.root.shared.Session = stuck{quiet{session}, began}
	s.press("5", "I", "down")
	// The commands go on by themselves here, as they do in the program.
	cmd := s.root.chooser.done([]int{2})
	ended := make(chan struct{})
	go func() { defer close(ended); drain(cmd) }()
	<-began
	s.root.chooser = nil
	s.has("scanning: 0 of 3 done, running busybox:latest", "esc stops it")
	if o := s.root.offer("scan"); o.OK() || !strings.Contains(o.Why, "a scan is running") {
		t.Errorf("a second scan: %+v", o)
	}
	s.press("esc")
	<-ended
	if s.on() != view.Images || s.root.images == nil {
		t.Errorf("esc leads to %s", s.on())
	}
	s.lacks("scanning:")
}

// drain runs commands whose messages nobody needs.
func drain(cmd func() tea.Msg) {
	if cmd == nil {
		return
	}
	if batch, ok := cmd().(tea.BatchMsg); ok {
		for _, c := range batch[:1] {
			drain(c)
		}
	}
}

// TestSecretsByKeys goes through the lists of Secrets: nothing of a value is to be seen, and what reads is confirmed first.
func TestSecretsByKeys(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 140, Height: 40}, session)
	s.press("6")
	s.has("[exposures]", "Stripe key", "value 1", "shop/ConfigMap/settings", "metadata only: no value was read", "secrets: metadata only")
	s.press("enter")
	s.has("value 1", "Credential in a ConfigMap")
	s.press("esc", "t")
	s.has("[inventory]", "shop/db", "copy in annotation")
	s.press("enter")
	if s.on() != view.Secret {
		t.Fatalf("enter leads to %s", s.on())
	}
	s.has("can read it by RBAC")
	s.press("esc", "O")
	s.has("read the values of all Secrets, once?", "▸ no: no value is read", "audit log; facts alone are kept")
	s.press("enter")
	if session.Inspected != 0 {
		t.Error("they were read")
	}
	s.press("O", "down", "enter")
	if session.Inspected != 1 {
		t.Error("they were not read")
	}
	s.press("J", "down", "enter")
	if len(session.Swept) != 1 || !session.Swept[0].CustomResources || session.Swept[0].Events {
		t.Errorf("swept %+v", session.Swept)
	}
	for _, leak := range []string{"sk_live", "planted-secret", "Xk9vQ2"} {
		s.lacks(leak)
	}
}

// TestTheClusterAsAWhole holds that a finding on no object is shown as any other, and that nothing is asked for that there is not.
func TestTheClusterAsAWhole(t *testing.T) {
	s := newScreen(t, Options{Width: 140, Height: 40}, viewtest.Cluster(t))
	s.press("2", "/", "rule:IM05", "enter", "enter")
	s.has("IM05", "no policy demands signatures of any image", "no YAML: this is about the cluster as a whole", "finding on the cluster as a whole")
	s.lacks("does not hold this object", "no such object")
	s.press("o")
	s.has("owner: this is about the cluster as a whole")
	s.press("esc", ":", "go Cluster/cluster", "enter")
	s.lacks("does not hold this object")
}
