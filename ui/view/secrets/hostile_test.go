package secrets

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestHostile holds that nothing of the cluster reaches the terminal as it is.
func TestHostile(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200bx", 50)
	object := model.Ref{Version: "v1", Kind: "Secret", Namespace: evil, Name: evil}
	of := secret.Secret{
		Ref: object, Type: evil, Writer: evil, Manager: evil, Account: evil, LastUsed: evil, Invalid: evil, ExpiryFrom: evil, Expires: now, References: []secret.Reference{{From: object, How: secret.How(evil), Path: evil, Key: evil}},
		MountedBy: []model.Ref{object}, Copies: []model.Evidence{{Object: object, Path: evil, Value: evil}},
		Facts: &record.SecretFacts{WeakKeys: []string{evil}, Registries: []string{evil}, Certificates: []record.Certificate{{Key: evil, Subject: evil, Algorithm: evil, Until: now}}},
	}
	p := newPlay(t)
	p.findings = told{p.finding("SE01", object, model.Evidence{Object: object, Path: evil, Value: evil, Print: 1}, model.Evidence{Object: object, Path: evil, Value: evil, Print: 1})}
	p.desk.survey = &survey{secrets: []secret.Secret{of}, certificates: []secret.Certificate{{Object: object, Path: evil, Subject: evil, Until: now}}}
	p.desk.one = &one{secret: of, known: true, readers: []secret.Reader{{Subject: model.Subject{Kind: model.UserSubject, Name: evil}, Verbs: []string{evil}, Via: []model.Ref{object}}}}
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
		for range 3 {
			clean(width)
			p.press(keys.Turn)
		}
		p.single(width, 30)
		clean(width)
	}
	p.main(120, 30)
	p.press(keys.Turn)
	if o := p.Can(keys.Access); o.OK() {
		t.Error("a name that is no name can be asked for")
	}
}

// large has so many Secrets and findings.
func large(p *play, n int) {
	p.desk.survey = &survey{readers: map[model.Ref]secret.Count{}}
	p.findings = nil
	for i := range n {
		object := ref("Secret", fmt.Sprintf("team-%03d", i%200), fmt.Sprintf("secret-%05d", i))
		p.desk.survey.secrets = append(p.desk.survey.secrets, secret.Secret{Ref: object, Type: "Opaque", Keys: i % 9, Created: now - int64(i), Since: now - int64(i)})
		p.desk.survey.readers[object] = secret.Count{Readers: i % 30, Get: i % 20}
		owner := ref("ConfigMap", object.Namespace, fmt.Sprintf("settings-%05d", i))
		p.findings = append(p.findings, p.finding("SE03", owner, model.Evidence{Object: owner, Path: "data.PASSWORD", Value: "password, 24 bytes", Print: uint64(1 + i/2)}))
	}
}

// BenchmarkShow10k is a report while ten thousand exposures, or Secrets, are listed, until it is drawn.
func BenchmarkShow10k(b *testing.B) {
	for _, tab := range []string{exposuresName, inventoryName} {
		b.Run(tab, func(b *testing.B) {
			p := newPlay(b)
			large(p, 10_000)
			p.main(160, 45)
			if tab == inventoryName {
				p.press(keys.Turn)
			}
			for b.Loop() {
				p.news()
				_ = p.View()
			}
		})
	}
}

// BenchmarkView10k is a key press in a list of ten thousand.
func BenchmarkView10k(b *testing.B) {
	p := newPlay(b)
	large(p, 10_000)
	p.main(160, 45)
	for b.Loop() {
		p.press(keys.Down)
		_ = p.View()
	}
}

var _ view.Screen = (*play)(nil)
