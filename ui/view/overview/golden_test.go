package overview_test

import (
	"fmt"
	"testing"

	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func TestGolden(t *testing.T) {
	session := viewtest.Cluster(t)
	shared := session.Shared()
	quiet, news, paths := session.Snapshot(), busy(session), hit(session)
	ascii := *shared
	ascii.Glyphs = theme.NewGlyphs(true)
	for name, c := range map[string]struct {
		shared   *view.Shared
		snapshot *view.Snapshot
	}{
		"busy":    {shared, news},
		"quiet":   {shared, quiet},
		"partial": {shared, covered(session)},
		"loading": {shared, halfway(t)},
		"empty":   {shared, bare(t)},
		"first":   {shared, view.NewSnapshot()},
		"ascii":   {&ascii, paths},
		"paths":   {shared, paths},
		"before":  {shared, bySeverity(session)},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				s := open(t, c.shared, c.snapshot, size[0], size[1])
				exact(t, s, size[0], size[1])
				viewtest.Golden(t, file, plain(s))
			})
		}
	}
}
