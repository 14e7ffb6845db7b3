package ui

import (
	"errors"
	"testing"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestNodesByKeys goes through the lists of nodes, down to one of them and back, and asks kubelets once that was confirmed.
func TestNodesByKeys(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 160, Height: 40}, session)
	s.press("7")
	if s.on() != view.Nodes {
		t.Fatalf("7 leads to %s", s.on())
	}
	s.has("[nodes]", "control plane", "n1", "v1.37.2")
	s.press("g", "enter")
	if s.on() != view.Node {
		t.Fatalf("enter leads to %s", s.on())
	}
	s.has("[verdicts]", "support")
	s.press("t")
	s.has("[pods]", "shop/Deployment/web")
	s.press("t")
	s.has("[drain]")
	s.press("esc", "t")
	s.has("[plan]")
	s.press("t")
	s.has("[usage]", "measuring has begun", "shop/web-7d9f-abcde web")
	s.press("t")
	s.has("[data]", "ENTRIES")
	s.press("7", "g", "O")
	s.has("ask kubelets? it takes nodes/proxy", "▸ no: no kubelet is asked", "audit log")
	s.press("enter")
	if len(session.Kubelets) != 0 {
		t.Error("they were asked")
	}
	s.press("O", "down", "enter")
	if len(session.Kubelets) != 1 {
		t.Errorf("asked %q", session.Kubelets)
	}
}

// TestKubeletsForbidden holds that the reason is told, and that a node leads to its own screen from all others.
func TestKubeletsForbidden(t *testing.T) {
	session := viewtest.Cluster(t)
	session.KubeletErr = errors.New("you may not get nodes/proxy")
	s := newScreen(t, Options{Width: 160, Height: 40}, session)
	s.press("7", "O")
	s.has("inspect: you may not get nodes/proxy")
	s.press(":", "go Node/n1", "enter", "enter")
	if s.on() != view.Node {
		t.Errorf("enter leads to %s", s.on())
	}
	s.press("7", "g", "o")
	s.has("resources")
	if s.on() != view.Resources {
		t.Errorf("o leads to %s", s.on())
	}
}

// TestNodesByPlace holds that other screens can lead to some of the nodes, or to one of them.
func TestNodesByPlace(t *testing.T) {
	s := newScreen(t, Options{Width: 160, Height: 40}, viewtest.Cluster(t))
	s.run(s.root.open(view.Place{Screen: view.Nodes, Filter: "node:n2"}))
	s.has("filter: node:n2", "1-1 of 1 (3 in all)")
	s.press("1")
	s.run(s.root.open(view.Place{Screen: view.Nodes, Object: model.KindByName("Node").Ref("", "n2")}))
	if got := s.root.top().Subject().Object.Name; got != "n2" {
		t.Errorf("at %s", got)
	}
	s.run(s.root.open(view.Place{Screen: view.Node, Object: model.KindByName("Pod").Ref("shop", "n2")}))
	s.has("no such place")
}
