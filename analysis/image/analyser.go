package image

import (
	"hash/maphash"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// Analyser knows the images that run. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules      catalogue.Set
	clock      model.Clock
	options    Options
	signatures *signature.Evaluator

	// What runs: what is read of templates and references, pods by namespace, their owners, and images by id.
	sheets map[record.Template]*sheet
	labels map[string]*label
	places map[string]*place
	items  map[string]*item
	// owners, households and uses are found by sums made with the seed.
	owners     sums[owner]
	households sums[household]
	uses       sums[use]
	seed       maphash.Seed
	// accounts counts the pods of service accounts.
	accounts map[types.NamespacedName]int
	// running counts the pods of which a container has run, inhabited the namespaces that have such.
	running, inhabited int
	// tags finds what runs by the reference that a registry is asked for. splits are the types of machines on which that is several
	// images, by architecture.
	tags   map[string]few[use]
	splits map[string]map[string]split
	// unjudged and unasked are what is held of an image, and said of a signature, before anything is; plain is what was last held of an
	// image of which there is nothing to tell.
	unjudged, plain *judgement
	unasked         *signature.Answer

	// What nodes tell: machines by name, their lists of images, and those found by digest.
	machines map[string]*machine
	aliases  sums[alias]
	aliased  map[string]few[alias]
	// pinned finds images by digests of specs that are not those that the runtime reports.
	pinned map[string]few[item]
	// pinning finds uses by the digest that their reference pins.
	pinning map[string]few[use]
	// wanted finds, by pull secret, those that name it, as of the last look; wants are the names by those.
	wanted map[types.NamespacedName]map[model.Ref]struct{}
	wants  map[model.Ref][]string

	// What tells of scans and signatures.
	shelf  shelf
	jobs   map[model.Ref]*job
	jobsOf map[model.Ref]map[*job]struct{}
	proofs map[string][]*record.Signature

	// absent are owners that will make pods and have none.
	absent map[model.Ref]struct{}
	// demands are what policies demand in namespaces where something runs, where there are any.
	demands map[string]*signature.Demand
	// signed tells that a policy demands signatures somewhere.
	signed bool
	doubts doubts
	// loading are kinds that are not read yet.
	loading map[schema.GroupKind]struct{}
	// stood holds the findings that stand on what is no owner, by object; shown those of owners, exposed those of them that are VP01.
	stood          analysis.Standing[model.Ref]
	shown, exposed analysis.Standing[*owner]
	reach          reach
	// next is when time changes something, in seconds since 1970; 0 for never.
	next int64
	// due orders images by when time changes something of them.
	due due
	// version counts what may be told otherwise now.
	version uint64
	dirty   dirt
	// sketch and answers are drawn over for each pod.
	sketch  sketch
	answers []*signature.Answer
}

// dirt is what was touched since the last flush.
type dirt struct {
	all, allItems, allTags, allAnswers bool

	pods     map[types.NamespacedName]struct{}
	uses     map[*use]struct{}
	items    map[*item]struct{}
	tags     map[string]struct{}
	owners   map[model.Ref]struct{}
	accounts map[types.NamespacedName]struct{}
	// repos are constraints, places namespaces; answers are namespaces in which signatures are judged anew, proofs digests of which.
	repos                   map[model.Ref]struct{}
	places, answers, proofs map[string]struct{}
	// absent are owners that may have got their first pod, or lost their last.
	absent map[model.Ref]struct{}
	// machines are nodes that came, went or are of another platform.
	machines map[string]struct{}
}

func newDirt() dirt {
	return dirt{
		pods: map[types.NamespacedName]struct{}{}, uses: map[*use]struct{}{}, items: map[*item]struct{}{}, tags: map[string]struct{}{},
		owners: map[model.Ref]struct{}{}, accounts: map[types.NamespacedName]struct{}{}, repos: map[model.Ref]struct{}{},
		places: map[string]struct{}{}, answers: map[string]struct{}{}, proofs: map[string]struct{}{}, machines: map[string]struct{}{},
		absent: map[model.Ref]struct{}{},
	}
}

func (d *dirt) empty() bool {
	return !d.all && !d.allItems && !d.allTags && !d.allAnswers && len(d.pods) == 0 && len(d.uses) == 0 && len(d.items) == 0 && len(d.tags) == 0 &&
		len(d.owners) == 0 && len(d.accounts) == 0 && len(d.repos) == 0 && len(d.places) == 0 && len(d.answers) == 0 && len(d.proofs) == 0 && len(d.machines) == 0 && len(d.absent) == 0
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, o Options) *Analyser {
	if o.MaxAge == 0 {
		o.MaxAge = DefaultMaxAge
	}
	if o.MaxImageAge == 0 {
		o.MaxImageAge = DefaultMaxImageAge
	}
	return &Analyser{
		rules: rules, clock: clock, options: o, signatures: signature.New(),
		sheets: map[record.Template]*sheet{}, labels: map[string]*label{}, owners: newSums[owner](), places: map[string]*place{},
		uses: newSums[use](), households: newSums[household](), seed: maphash.MakeSeed(), items: map[string]*item{},
		accounts: map[types.NamespacedName]int{}, tags: map[string]few[use]{}, splits: map[string]map[string]split{}, unjudged: &judgement{}, unasked: &signature.Answer{Verdict: signature.NotRequired},
		machines: map[string]*machine{}, aliases: newSums[alias](), aliased: map[string]few[alias]{}, pinned: map[string]few[item]{},
		pinning: map[string]few[use]{}, wanted: map[types.NamespacedName]map[model.Ref]struct{}{}, wants: map[model.Ref][]string{},
		shelf: newShelf(), jobs: map[model.Ref]*job{}, jobsOf: map[model.Ref]map[*job]struct{}{}, proofs: map[string][]*record.Signature{},
		absent: map[model.Ref]struct{}{}, demands: map[string]*signature.Demand{}, doubts: doubts{}, loading: map[schema.GroupKind]struct{}{}, stood: analysis.Standing[model.Ref]{}, shown: analysis.Standing[*owner]{}, exposed: analysis.Standing[*owner]{},
		reach: newReach(), dirty: newDirt(),
	}
}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time {
	if a.next == 0 {
		return time.Time{}
	}
	return time.Unix(a.next, 0)
}

// Tick notes that the moment of Next has come. What follows is worked out by Flush.
func (a *Analyser) Tick() {
	a.due.until(a.clock.Now().Unix(), func(it *item) { a.dirty.items[it] = struct{}{} })
}

// Version changes whenever Images, Image or Tallies may answer otherwise than before, as far as that is not the doing of whoever is asked
// what is exposed.
func (a *Analyser) Version() uint64 { return a.version }

// retell has what is told of an image put together anew.
func (a *Analyser) retell(it *item) {
	it.shown = nil
	a.version++
}

// Len counts the findings that stand.
func (a *Analyser) Len() int {
	return a.stood.Len() + a.shown.Len() + a.exposed.Len()
}

// State says of a rule that it cannot be judged, or in part, for another reason than that a kind was not seen; false where there is
// none.
func (a *Analyser) State(rule string) (model.RuleState, bool) {
	switch rule {
	case "IM03":
		if a.options.Allow.IsZero() {
			return model.RuleState{Verdict: model.Unknown, Reason: "which registries are allowed is not known: name them with --registry-allow"}, true
		}
	case "IM09":
		if a.shelf.built == 0 {
			return model.RuleState{Verdict: model.Unknown, Reason: "no scan tells when an image was built"}, true
		}
	case "IM05":
		return a.waits(func(gk schema.GroupKind) bool { return gk.Group != "" && signature.Concerns(gk) })
	case "IM08":
		if state, ok := a.waits(isScan); ok {
			return state, true
		}
		return a.unjudgedOwners()
	case "VP01", "VP02":
		return a.counts()
	}
	return model.RuleState{}, false
}

// waits says that a rule waits for a kind that is not loaded yet.
func (a *Analyser) waits(concerns func(schema.GroupKind) bool) (model.RuleState, bool) {
	first := ""
	for gk := range a.loading {
		if concerns(gk) && (first == "" || gk.Kind < first) {
			first = gk.Kind
		}
	}
	if first == "" {
		return model.RuleState{}, false
	}
	return model.RuleState{Verdict: model.Unknown, Loading: true, Reason: first + " loading"}, true
}
