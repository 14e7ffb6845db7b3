package preview_test

import (
	"errors"
	"fmt"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view/preview"
	"canopy/ui/view/viewtest"
)

func TestGolden(t *testing.T) {
	whole, _ := watch(t)
	blind, _ := watch(t)
	blind.whatIf = errors.New("what-if: the cluster was not as before after taking the change back")
	old, _ := watch(t)
	// All of its pods are alike to policies, so that each line of what closes is about all of them.
	alike, _ := watch(t)
	alike.Delete(ref("data/Pod/backup-helper-q8w4z"))
	for name, c := range map[string]struct {
		session *refusing
		ids     []string
	}{
		"patch":     {whole, []string{privileged}},
		"several":   {whole, []string{privileged, hostPath, account, web, naked}},
		"notes":     {whole, []string{naked}},
		"namespace": {whole, []string{namespace}},
		"blind":     {blind, []string{privileged}},
		"old":       {old, []string{privileged}},
		"deny":      {alike, []string{denial}},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				shared := c.session.Shared()
				shared.Session = c.session
				d := open(t, c.session.Session, preview.New(shared, c.ids, false), size[0], size[1])
				if name == "old" {
					c.session.Apply(helper(t, "backup:2", "backup:3"))
					d.show(c.session.Session)
					c.session.Apply(helper(t, "backup:2", "backup:2"))
				}
				viewtest.Exact(t, d.screen.View(), size[0], size[1])
				golden(t, file, d.screen)
				if size[0] < 100 {
					d.do(keys.NextPane)
					golden(t, "next-"+file, d.screen)
				}
			})
		}
	}
}
