package resources_test

import (
	"fmt"
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view/resources"
	"canopy/ui/view/viewtest"
)

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
		s := open(t, size[0], size[1])
		s.run(s.Reveal(ref("Pod", "shop", "web-7d9f-fghij")))
		viewtest.Golden(t, fmt.Sprintf("tree-%dx%d", size[0], size[1]), strings.Join(s.lines(), "\n")+"\n")
	}
}

func TestGoldenOthers(t *testing.T) {
	s := open(t, 120, 35)
	s.run(s.Reveal(ref("Namespace", "", "shop")))
	viewtest.Golden(t, "namespace-120x35", strings.Join(s.lines(), "\n")+"\n")
	s.run(s.Reveal(ref("Node", "", "n1")))
	viewtest.Golden(t, "node-120x35", strings.Join(s.lines(), "\n")+"\n")
	s.press(keys.Wide)
	viewtest.Golden(t, "wide-120x35", strings.Join(s.lines(), "\n")+"\n")
	s.press(keys.Wide)
	s.run(s.SetFilter("node:n2"))
	viewtest.Golden(t, "filter-120x35", strings.Join(s.lines(), "\n")+"\n")

	plain := on(s.session, t, 80, 19)
	shared := s.session.Shared()
	shared.Glyphs = theme.NewGlyphs(true)
	plain.Screen = resources.New(shared)
	plain.Resize(80, 19)
	plain.refresh()
	plain.run(plain.Reveal(ref("DaemonSet", "data", "backup-helper")))
	plain.press(keys.Right)
	viewtest.Golden(t, "ascii-80x19", strings.Join(plain.lines(), "\n")+"\n")
}
