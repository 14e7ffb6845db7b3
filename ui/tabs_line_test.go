package ui

import (
	"strings"
	"testing"

	"canopy/ui/view/viewtest"
)

// TestTabsAreWhole holds that no label on the line of main screens is cut, whatever the width, and that all keys are there.
func TestTabsAreWhole(t *testing.T) {
	for width := 60; width <= 200; width += 4 {
		s := newScreen(t, Options{Width: width, Height: 24}, viewtest.Cluster(t))
		line := strings.Split(s.plain(), "\n")[1]
		if strings.Contains(line, "…") {
			t.Errorf("%d: %s", width, line)
		}
		for _, key := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "0"} {
			if !strings.Contains(line, " "+key) {
				t.Errorf("%d: no %s in %s", width, key, line)
			}
		}
		if width == 80 || width == 60 || width == 100 {
			t.Log(line)
		}
	}
}
