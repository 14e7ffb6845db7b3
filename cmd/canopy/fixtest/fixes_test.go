package fixtest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/analysis/catalogue"
	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// TestEveryRuleHasAScene goes through the catalogue, so that a rule cannot come without being proven here.
func TestEveryRuleHasAScene(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := scenes(t)
	for _, r := range rules.Sorted() {
		if !slices.ContainsFunc(all, func(c *scene) bool { return c.name == r.ID }) {
			t.Errorf("%s has no scene", r.ID)
		}
	}
	for _, c := range all {
		if rules[c.rule] == nil {
			t.Errorf("scene %s is of no rule", c.name)
		}
	}
}

// TestFixes proves fixes on one real control plane, which its parts share. CANOPY_SCENES names, as a regular expression, the scenes
// that somebody works on: then no others are made, and nothing is done but to climb with them.
func TestFixes(t *testing.T) {
	s := newStage(t)
	s.load(t, manifests(t, "testdata/base/dns.yaml"))
	all := scenes(t)
	some := os.Getenv("CANOPY_SCENES")
	if some != "" {
		wanted, err := regexp.Compile("^(" + some + ")$")
		if err != nil {
			t.Fatal(err)
		}
		all = slices.DeleteFunc(all, func(c *scene) bool { return !wanted.MatchString(c.name) })
	}
	for _, c := range all {
		if !c.alone() {
			s.load(t, c.objects)
		}
	}
	s.engine.Change(model.Put(scanned("9", time.Now().AddDate(-2, 0, 0), 0)), model.Put(scanned("8", time.Now(), 0)),
		model.Put(scanned("a", time.Now(), 1)), model.Put(scanned("b", time.Now(), 5)))
	t.Run("rules", func(t *testing.T) {
		for _, c := range all {
			if !c.alone() {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					s.ladder(t, c)
				})
			}
		}
	})
	for _, c := range all {
		if c.alone() {
			t.Run("alone/"+c.name, func(t *testing.T) {
				s.load(t, c.objects)
				s.ladder(t, c)
				s.unload(t, c.objects)
			})
		}
	}
	if some != "" {
		return
	}
	t.Run("forecasts", func(t *testing.T) {
		count := 10
		if long() {
			count = 200
		}
		s.forecasts(t, count)
	})
	t.Run("faults", func(t *testing.T) { s.faults(t, all) })
	t.Run("catalogue", func(t *testing.T) {
		for _, r := range s.rules.Sorted() {
			switch one := s.tried.of(r.ID); {
			case r.Fix == "yaml" && !one.closed:
				t.Errorf("%s: the catalogue knows of a document, and none has ended a finding", r.ID)
			case !one.closed && !one.told:
				t.Errorf("%s: neither documents nor a note", r.ID)
			}
		}
	})
}

// scanned is what a file tells of the image whose digest is that one digit: the one of IM09 is old, those of VP01 and VP02 have critical
// vulnerabilities, the other is as it has to be.
func scanned(digit string, built time.Time, critical int32) *record.Scan {
	digest := "sha256:" + strings.Repeat(digit, 64)
	return &record.Scan{Meta: record.OwnMeta("ImageScan", "", digest), Source: record.SourceTrivy, Scanner: "trivy", Image: "registry.example/scanned", Listed: true,
		Digests: []record.ScanDigest{{Digest: digest}}, Scanned: time.Now().Unix(), Built: built.Unix(), Counts: &record.Counts{Critical: critical}, Origin: "test"}
}

// TestForecastsInTheJungle holds the same of the demo's cluster, which was not made for it.
func TestForecastsInTheJungle(t *testing.T) {
	if !long() {
		t.Skip("CANOPY_LONG is not 1")
	}
	s := newStage(t, labtest.WithManifests("../demo/jungle"))
	s.forecasts(t, 100)
}
