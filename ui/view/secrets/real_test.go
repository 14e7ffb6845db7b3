package secrets

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestCluster holds the lists on what the engine says of the small cluster.
func TestCluster(t *testing.T) {
	s := viewtest.Cluster(t)
	p := &play{t: t, session: s, shared: s.Shared(), keeper: &Keeper{}}
	p.shared.Glow = false
	p.Screen = New(p.shared, p.keeper)
	p.Resize(200, 50)
	show := func() { p.run(p.Show(s.Snapshot())) }
	show()
	rows := strings.Join(p.rows(), "\n")
	for _, want := range []string{"H | SE03 | Stripe key (json) | 32 | value 1 | data/ConfigMap/report-settings", "H | SE03 | Stripe key | 32 | value 1 | shop/ConfigMap/settings", "SE04 | copy of a Secret | – |  | shop/Secret/db"} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows lack %q:\n%s", want, rows)
		}
	}
	for _, leak := range []string{"sk_live", "Xk9vQ2", "planted-secret"} {
		if strings.Contains(p.text()+rows, leak) {
			t.Errorf("%s is shown", leak)
		}
	}
	p.press(keys.Turn)
	rows = strings.Join(p.rows(), "\n")
	for _, want := range []string{"shop/db", "copy in annotation", "legacy token, last used 2025-11-23"} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows lack %q:\n%s", want, rows)
		}
	}
	p.press(keys.Open)
	p.Screen = Open(p.shared, p.keeper, p.newest().(view.Go).Place)
	p.Resize(200, 50)
	show()
	p.has("can read it by RBAC", "group:")
}
