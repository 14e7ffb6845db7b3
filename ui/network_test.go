package ui

import (
	"testing"

	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestNetworkFromAnywhere holds that who reaches a thing can be asked from any list that has it, and that the lists of the
// network can be opened by the palette from every screen.
func TestNetworkFromAnywhere(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("2", "/", "object:=shop/Deployment/web", "enter", "R")
	if s.on() != view.Reach {
		t.Fatalf("R leads from a finding to %s", s.on())
	}
	s.has("shop/Deployment/web", "data/DaemonSet/backup-helper")
	s.press("esc")
	if s.on() != view.Findings {
		t.Errorf("esc leads to %s", s.on())
	}
	s.press("0", "/", "debug", "enter", "R")
	s.has("data/Pod/debug-x9")
	s.press("2", ":", "isolation", "enter")
	if s.on() != view.Isolation {
		t.Errorf("the palette leads to %s", s.on())
	}
	s.press("4", "j", "l", "enter", "m", "1", "'", "enter")
	if s.on() != view.Pairs {
		t.Errorf("the bookmark leads to %s", s.on())
	}
	s.has("Pod/debug-x9")
}

// TestPortsAreAsked holds that v asks for ports, and that only connections on them count then.
func TestPortsAreAsked(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("4", "v", "80/x", "enter")
	s.has("x is no protocol")
	s.press("esc", "v", "5432/TCP", "enter")
	s.has("filter: port:5432/TCP", "port 5432/tcp")
	s.press("j", "l", "enter")
	s.has("port 5432/tcp", "TCP 5432")
	s.press("esc", "esc")
	s.lacks("filter: port")
}
