package detail_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

func TestHostileCluster(t *testing.T) {
	const evil = "\x1b[31m\x1b]0;owned\x07\u202e\u200b\xff"
	w, shared := watch(t)
	o := pod(t, "nodeName: n2", "nodeName: n2")
	long := strings.Repeat(evil+"x", 1<<20/20)
	o.SetAnnotations(map[string]string{"kubernetes.io/config.source": evil, "meta.helm.sh/release-name": long})
	containers := o.Object["spec"].(map[string]any)["containers"].([]any)
	containers[0].(map[string]any)["image"] = "busybox" + long
	containers[0].(map[string]any)["securityContext"] = map[string]any{"capabilities": map[string]any{"add": []any{evil, long}}}
	o.Object["spec"].(map[string]any)["nodeName"] = "n" + long
	w.Apply(o)
	for _, screen := range []*detail.Screen{detail.NewObject(shared, ref("data/Pod/debug-x9")), detail.New(shared, "PS13//Pod/data/debug-x9"), detail.New(shared, "PS15//Pod/data/debug-x9")} {
		d := open(t, w.Session, screen, 120, 40)
		for range 300 {
			clean(t, d.screen.View())
			viewtest.Exact(t, d.screen.View(), 120, 40)
			d.screen.Wheel(10, 5, 20)
			d.screen.Wheel(100, 5, 20)
		}
	}
}

func clean(t *testing.T, drawn string) {
	t.Helper()
	for _, r := range ansi.Strip(drawn) {
		if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Fatalf("%U is drawn", r)
		}
	}
	if strings.Contains(drawn, "\x1b]") || strings.Contains(drawn, "owned\x07") || strings.Contains(drawn, "[31m\x1b]") {
		t.Fatal("a raw sequence is drawn")
	}
}

// TestCanary looks for the planted value on every screen, in all of its text and in what can be copied.
func TestCanary(t *testing.T) {
	w, shared := watch(t)
	var screens []*detail.Screen
	for _, r := range w.Snapshot().Rows {
		if r.Finding.Object == model.ClusterRef() {
			// It is no object.
			continue
		}
		screens = append(screens, detail.New(shared, r.Finding.ID))
	}
	for r := range w.Report().Inventory.All() {
		screens = append(screens, detail.NewObject(shared, r.Ref()))
	}
	if len(screens) < 40 {
		t.Fatalf("%d screens", len(screens))
	}
	for _, s := range screens {
		d := open(t, w.Session, s, 200, 300)
		d.do(keys.YAML, keys.Copy)
		if len(d.sent) != 1 {
			t.Fatalf("%s sent %v", s.Place(), d.sent)
		}
		yaml := d.sent[0].(view.Copy)
		if strings.Contains(d.text(), "planted") || strings.Contains(strings.Join(d.screen.Subject().Names, "")+yaml.Text, "planted") {
			t.Errorf("%s tells the value", s.Place())
		}
		if !strings.Contains(yaml.Text, "kind: ") || !strings.HasPrefix(yaml.What, "YAML of ") {
			t.Errorf("%s shows no object: %+v", s.Place(), yaml)
		}
	}
}

func TestSizesAndLooks(t *testing.T) {
	w, shared := watch(t)
	long := ref("a-namespace-with-a-name-of-forty-letters/StatefulSet/a-name-of-many-letters-so-that-it-is-cut-with-an-ellipsis-where-the-column-ends-and-shown-whole-on-demand-in-the-detail-of-it-which-wraps-around-as-often-as-needs-be")
	for _, s := range []*detail.Screen{detail.New(shared, critical), detail.NewObject(shared, long), detail.New(shared, "x"), detail.NewObject(shared, model.Ref{})} {
		viewtest.Exact(t, strings.TrimSuffix(s.View(), "\n"), 0, 1)
		d := open(t, w.Session, s, 120, 40)
		for width := 1; width <= 220; width += 3 {
			for height := 1; height <= 60; height += 5 {
				s.Resize(width, height)
				viewtest.Exact(t, s.View(), width, height)
			}
		}
		d.do(keys.NextPane)
		for width := 1; width <= 220; width += 7 {
			s.Resize(width, 5)
			viewtest.Exact(t, s.View(), width, 5)
		}
	}
	d := open(t, w.Session, detail.NewObject(shared, long), 60, 40)
	flat := strings.Join(strings.Fields(d.text()), "")
	if !strings.Contains(flat, long.Name) {
		t.Errorf("the name is not whole in\n%s", d.text())
	}
	shared.Glyphs = theme.NewGlyphs(true)
	shared.Theme = theme.New(theme.Options{NoColor: true})
	d.screen.Restyle()
	for _, r := range d.text() {
		if r > '~' {
			t.Fatalf("%q in ASCII", r)
		}
	}
}

func BenchmarkRestyle(b *testing.B) {
	w, shared := watch(b)
	d := open(b, w.Session, detail.New(shared, critical), 200, 55)
	for b.Loop() {
		d.screen.Restyle()
	}
}

func BenchmarkView(b *testing.B) {
	w, shared := watch(b)
	d := open(b, w.Session, detail.New(shared, critical), 200, 55)
	for b.Loop() {
		d.screen.View()
	}
}
