package overview

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/view"
)

// scanned is how many of the images that run were scanned. It is immutable.
type scanned struct {
	images, scanned int
	// exposed counts those that can be reached from outside and were not.
	exposed int
	// of is what it was counted for.
	of countedFor
}

// countedFor is what the count depends on.
type countedFor struct {
	digest, inventory uint64
	shown             string
}

func countFor(s *view.Snapshot) countedFor {
	c := countedFor{digest: s.Report.Digest, shown: fmt.Sprint(s.Namespaces.Names())}
	if s.Report.Inventory != nil {
		c.inventory = s.Report.Inventory.Version()
	}
	return c
}

// countScanned asks which images were scanned, unless that was asked for the same already. Commands call it.
func countScanned(ctx context.Context, session view.Session, s *view.Snapshot, was scanned) scanned {
	now := countFor(s)
	if was.of == now || s.Report.Sequence == 0 {
		return was
	}
	var list []image.Tally
	if err := session.AskImages(ctx, func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser) {
		owners := ways.Owners(c)
		list = images.Tallies(func(owner model.Ref) bool { return owners[owner] })
	}); err != nil {
		return was
	}
	n := scanned{of: now}
	for _, t := range list {
		// The first is of all namespaces. An image that runs in several of those that are shown counts in each.
		if (s.Namespaces == nil) == (t.Namespace == "") && (s.Namespaces == nil || s.Namespaces[t.Namespace]) {
			n.images, n.scanned, n.exposed = n.images+t.Images, n.scanned+t.Verdicts[image.Scanned], n.exposed+t.Exposed
		}
	}
	return n
}

// note says how much of what runs was scanned; "" where nothing runs.
func (s scanned) note() string {
	if s.images == 0 {
		return ""
	}
	t := fmt.Sprintf("%d%% scanned", 100*s.scanned/s.images)
	if s.exposed > 0 {
		t += fmt.Sprintf(", %d exposed not", s.exposed)
	}
	return t
}

// secretsNote says how Secrets are seen.
func secretsNote(s *view.Snapshot) string {
	switch s.Cover.State(schema.GroupKind{Kind: "Secret"}) {
	case model.Denied:
		return "from references only"
	case model.Loading, "":
		return ""
	}
	if s.Report.Objects["SecretFacts"] > 0 {
		return "values inspected"
	}
	return "metadata"
}

// dataNote says of which day the data is that versions are judged by, and whether people are to be warned of its age.
func dataNote(tables *lifecycle.Tables, now time.Time) (words string, old bool) {
	asOf := tables.AsOf()
	if asOf == 0 {
		return "", false
	}
	words = "data of " + asOf.String()
	if old = now.Sub(asOf.Time()) > lifecycle.StaleAfter; old {
		words += ", old"
	}
	return words, old
}

// note puts beside the themes what their rules alone do not tell.
func (s *Screen) note() {
	for i := range s.themes {
		switch t := &s.themes[i]; t.id {
		case "images":
			t.note = s.scanned.note()
		case "secrets":
			t.note = secretsNote(s.snapshot)
		case "patching":
			t.note, t.old = dataNote(s.shared.Session.Tables(), s.snapshot.Report.Time)
		}
	}
}

// secretsWords says the same in a sentence.
func secretsWords(s *view.Snapshot) string {
	switch note := secretsNote(s); note {
	case "metadata":
		return "metadata only: their values are never read unless you ask for it"
	case "values inspected":
		return "values inspected once, as you asked: facts are kept, never values"
	default:
		return note
	}
}
