package ui

import (
	"strings"
	"testing"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestPathsByKeys goes from the list of paths along one of them, to what ends it and to its plan, and back.
func TestPathsByKeys(t *testing.T) {
	s := newScreen(t, Options{Width: 160, Height: 45}, viewtest.Cluster(t))
	s.press("8")
	if s.on() != view.Paths {
		t.Fatalf("8 leads to %s", s.on())
	}
	s.has("reach cluster-admin, 1 from the internet", "shop/web", "user:alice")
	s.press("enter")
	if s.on() != view.Path {
		t.Fatalf("enter leads to %s", s.on())
	}
	s.has("route 1 of 2", "◆ internet", "W-07", "] next path")
	s.press("]")
	s.has("route 2 of 2")
	s.press("[", "j", "j", "j", "j", "j", "f")
	if s.on() != view.Plan {
		t.Fatalf("f leads to %s", s.on())
	}
	s.press("esc", "m")
	if s.on() != view.Cuts {
		t.Fatalf("m leads to %s", s.on())
	}
	s.press("j", "j", "enter")
	if cut, ok := s.root.top().Place().Cut(); !ok || cut.Object != model.KindByName("Deployment").Ref("shop", "web") || cut.Edit != model.CutToken {
		t.Fatalf("the third cut leads to %+v", s.root.top().Place())
	}
	s.has("of a cut: shop/Deployment/web", "automountServiceAccountToken: false")
	s.press("esc", "esc")
	if s.on() != view.Path {
		t.Errorf("esc leads to %s", s.on())
	}
	s.press("d")
	s.has("How a defender sees it")
	s.press("esc", "b")
	if s.on() != view.Blast {
		t.Errorf("b leads to %s", s.on())
	}
	s.press("8", "i")
	s.has("1-1 of 1")
	s.press("esc")
	s.has("1-3 of 3")
	s.press(",")
	s.has("where do paths begin?", "any workload of it")
	s.press("alice", "enter")
	s.has("user:alice → cluster-admin", "1-1 of 1")
	s.press("\"", "1", "'", "enter")
	if got := s.root.top().Place(); got.Screen != view.Paths || got.Source != "user:alice" {
		t.Errorf("the bookmark leads to %+v", got)
	}
}

// TestBlastFromAnywhere holds that b leads from every list to what its row reaches, or says why it does not.
func TestBlastFromAnywhere(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 140, Height: 40}, session)
	for _, c := range []struct{ way, about string }{
		{"2 / object:=shop/Deployment/web enter b", "shop/Deployment/web"},
		{"0 / web-7d9f enter b", "begins as sa:shop/web"},
		{"3 / alice enter b", "user:alice"},
		{"6 t / shop/db enter b", "shop/Secret/db"},
		{"7 / node:n1 enter b", "Node/n1"},
		{": go<Namespace/shop enter b", "Namespace/shop"},
		{"8 j b", "data/DaemonSet/backup-helper"},
		{": blast<sa:data/operator enter", "sa:data/operator"},
	} {
		for _, k := range strings.Fields(c.way) {
			s.press(strings.ReplaceAll(k, "<", " "))
		}
		if s.on() != view.Blast {
			t.Errorf("%s leads to %s: %s", c.way, s.on(), s.root.note.Text)
		}
		s.has(c.about)
	}
	s.press("2", "esc", "/", "object:=data/RoleBinding/exec", "enter", "b")
	if p := s.root.top().Place(); p.Screen != view.Blast || p.Source != "group:system:serviceaccounts" {
		t.Errorf("b on a binding leads to %+v: %s", p, s.root.note.Text)
	}
	s.press("8", "enter", "G")
	if o := s.root.offer(keys.Blast); o.OK() || o.Why == "" {
		t.Errorf("of cluster-admin: %+v", o)
	}
}

// TestPathsByPalette holds that paths and cuts are asked for in words.
func TestPathsByPalette(t *testing.T) {
	s := newScreen(t, Options{Width: 140, Height: 40}, viewtest.Cluster(t))
	for typed, want := range map[string]view.Place{
		"paths internet":               {Screen: view.Paths, Source: attack.Internet.ID},
		"paths internet cluster-admin": {Screen: view.Paths, Source: attack.Internet.ID, Goal: attack.ClusterAdmin.ID},
		"cuts nodes":                   {Screen: view.Cuts, Goal: attack.AnyNode.ID},
		"blast shop/Deployment/web":    {Screen: view.Blast, Source: "shop/Deployment/web"},
		"path internet cluster-admin":  {Screen: view.Path, Source: attack.Internet.ID, Goal: attack.ClusterAdmin.ID},
	} {
		s.press("1", ":", typed, "enter")
		if got := s.root.top().Place(); got != want {
			t.Errorf("%s leads to %+v", typed, got)
		}
	}
}

// TestPathsPlaces holds that other screens can lead to paths, and what is no place.
func TestPathsPlaces(t *testing.T) {
	s := newScreen(t, Options{Width: 140, Height: 40}, viewtest.Cluster(t))
	for _, p := range []view.Place{{Screen: view.Cuts}, {Screen: view.Paths, Goal: "secrets"}, {Screen: view.Blast, Object: model.KindByName("Secret").Ref("shop", "db")}} {
		s.run(s.root.open(p))
		if got := s.root.top().Place(); got != p {
			t.Errorf("%+v leads to %+v", p, got)
		}
	}
	s.run(s.root.open(view.Place{Screen: view.Path}))
	s.has("no such place")
}
