package secret

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
)

// Analyser keeps the inventory. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules   catalogue.Set
	clock   model.Clock
	options Options
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, o Options) *Analyser {
	return &Analyser{rules: rules, clock: clock, options: o}
}

// Server takes what the source says of itself: its certificate.
func (a *Analyser) Server(info model.SourceInfo) {}

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

// Secrets lists the inventory by namespace and name, with those that are named and missing.
func (a *Analyser) Secrets(c *cluster.Cluster) []Secret { return nil }

// Secret gives one of it; false where nothing is known of it.
func (a *Analyser) Secret(c *cluster.Cluster, ref model.Ref) (Secret, bool) { return Secret{}, false }

// Certificates lists those that are known without reading a Secret, by object and path.
func (a *Analyser) Certificates(c *cluster.Cluster) []Certificate { return nil }
