package images

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view/viewtest"
)

// TestHostile holds that nothing of the cluster, nor of a report, reaches the terminal as it is.
func TestHostile(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200bx", 50)
	owner := model.Ref{Group: evil, Version: "v1", Kind: evil, Namespace: evil, Name: evil}
	answer := signature.Answer{Verdict: signature.Unproven, Reason: evil, Policies: []model.Ref{owner}, By: evil}
	i := image.Image{
		Digest: evil, Name: evil, Registry: evil, Repository: evil, References: []string{evil}, Aliases: []string{evil}, Namespaces: []string{evil}, Verdict: image.Failed, Reason: evil, Disagreement: evil,
		Warnings: []string{evil}, Signature: answer, Hygiene: []string{evil}, Exposed: true, Uses: []image.Use{{Owner: owner, Container: evil, Reference: evil, Nodes: []string{evil}, Signature: answer}},
		Evidence: []image.Evidence{{Scan: owner, Source: evil, Scanner: evil, Version: evil, Match: image.Match(evil), Digest: evil, Verdict: image.Failed, Reason: evil, Listed: true, OS: evil, Origin: evil}},
	}
	p := newPlay(t)
	p.images, p.exposed = []image.Image{i}, map[model.Ref]bool{owner: true}
	p.session.Lines = map[model.Ref][]model.Vulnerability{owner: {{ID: evil, Package: evil, Installed: evil, Fixed: evil, Title: evil, URL: evil, VEX: evil, VEXReason: evil}}}
	clean := func(width int) {
		t.Helper()
		for range 2 {
			drawn := p.View()
			viewtest.Exact(t, drawn, width, 30)
			for _, r := range ansi.Strip(drawn) {
				if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("%U is drawn", r)
				}
			}
			p.press(keys.NextPane)
		}
	}
	for _, width := range []int{60, 120, 200} {
		p.main(width, 30)
		clean(width)
		p.image(evil, width, 30)
		clean(width)
		p.press(keys.Turn)
		clean(width)
	}
}

// many gives so many images, with a report each.
func many(n int) ([]image.Image, map[model.Ref]bool) {
	list, exposed := make([]image.Image, n), map[model.Ref]bool{}
	for i := range list {
		owner := deployment(fmt.Sprintf("team-%03d", i%200), fmt.Sprintf("app-%05d", i))
		exposed[owner] = i%20 == 0
		counts := &record.Counts{Critical: int32(i % 3), High: int32(i % 11), Medium: int32(i % 40), Low: int32(i % 90)}
		v := verdicts()[i%5]
		list[i] = image.Image{
			Digest: fmt.Sprintf("sha256:%064x", i), Name: fmt.Sprintf("registry.example/team-%03d/app:%d", i%200, i), Registry: "registry.example", Repository: fmt.Sprintf("team-%03d/app", i%200),
			References: []string{fmt.Sprintf("registry.example/team-%03d/app:%d", i%200, i)}, Pods: 3, Containers: 3, Namespaces: []string{owner.Namespace}, Exposed: i%20 == 0,
			Uses: []image.Use{{Owner: owner, Container: "app", Type: image.Container, Reference: "registry.example/app", Pods: 3}}, Verdict: v, Reason: "so it is", Counts: counts, Signature: signature.Answer{Verdict: signature.NotRequired},
			Evidence: []image.Evidence{{Scan: report(fmt.Sprint(i)), Source: record.SourceTrivyOperator, Scanned: at - int64(i), Match: image.ByIndex, Counts: counts, Verdict: v}},
		}
	}
	return list, exposed
}

// BenchmarkShow10k is a report in which one of ten thousand images has changed, until it is drawn.
func BenchmarkShow10k(b *testing.B) {
	p := newPlay(b)
	p.images, p.exposed = many(10_000)
	p.main(160, 45)
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		p.images, _ = many(10_000)
		p.images[5].Pods = 4 + n
		s := p.session.Snapshot()
		r := *s.Report
		r.Sequence += uint64(n) + 7
		s.Report = &r
		b.StartTimer()
		p.run(p.Show(s))
		_ = p.View()
	}
}

// BenchmarkView10k is a key press in a list of ten thousand.
func BenchmarkView10k(b *testing.B) {
	p := newPlay(b)
	p.images, p.exposed = many(10_000)
	p.main(160, 45)
	for b.Loop() {
		p.press(keys.Down)
		_ = p.View()
	}
}
