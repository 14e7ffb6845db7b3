package images

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestCluster holds the list on what the engine says of the small cluster.
func TestCluster(t *testing.T) {
	p := &play{t: t, session: viewtest.Cluster(t), keeper: &Keeper{}}
	p.shared = p.session.Shared()
	p.shared.Glow = false
	p.Screen = New(p.shared, p.keeper)
	p.begin(200, 50)
	rows := strings.Join(p.rows(), "\n")
	for _, want := range []string{"? no evidence | busybox:latest", "~ stale | registry~/data/backup:2", "+ scanned | registry~/shop/web:1.4 | 1 | 3 | 12 | 40"} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows lack %q:\n%s", want, rows)
		}
	}
	p.has("25% scanned: 1 of 4 images", "evidence: trivy-operator")
	p.press(keys.Last)
	if sub := p.Subject(); sub.Object.Name != "web" || len(sub.Findings) == 0 {
		t.Errorf("about %+v", sub)
	}
	p.press(keys.Open)
	p.Screen = Open(p.shared, p.keeper, p.newest().(view.Go).Place)
	p.begin(200, 50)
	p.has("CVE-2026-1002", "3.5.2", "Heap overflow")
}
