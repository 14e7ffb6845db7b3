package image

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
)

// Analyser knows the images that run. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules   catalogue.Set
	clock   model.Clock
	options Options
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, o Options) *Analyser {
	return &Analyser{rules: rules, clock: clock, options: o}
}

// Update notes a change, which c already holds.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {}

// Covered notes the new coverage of a kind.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {}

// Flush judges what was touched.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time { return time.Time{} }

// Tick notes that the moment of Next has come. What follows is worked out by Flush.
func (a *Analyser) Tick() {}

// Len counts the findings that stand.
func (a *Analyser) Len() int { return 0 }

// State says of a rule that it cannot be judged, or in part, for another reason than that a kind was not seen; false where there is
// none.
func (a *Analyser) State(rule string) (model.RuleState, bool) { return model.RuleState{}, false }

// Images lists all images that run: the exposed ones first, those with the worst verdict first among them, then by name. Exposed tells
// of an owner of pods whether it can be reached from outside; nil is that nobody knows of any.
func (a *Analyser) Images(exposed func(owner model.Ref) bool) []Image { return nil }

// Image gives one by its digest, or by its name where it has none.
func (a *Analyser) Image(id string, exposed func(owner model.Ref) bool) (Image, bool) {
	return Image{}, false
}

// Tallies counts the images by verdict: of all namespaces first, then of each, sorted.
func (a *Analyser) Tallies(exposed func(owner model.Ref) bool) []Tally { return nil }
