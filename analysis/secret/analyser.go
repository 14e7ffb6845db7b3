package secret

import (
	"cmp"
	"hash/maphash"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/secret/detect"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// Analyser keeps the inventory. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules            catalogue.Set
	clock            model.Clock
	look             func(*corev1.PodSpec) []model.Exposure
	print            func(value string) uint64
	rotation, expiry int64 // in seconds

	// items are the Secrets that are there or are named, namers the objects that name any: top owners of pods, and others.
	items  map[types.NamespacedName]*item
	namers map[model.Ref]*namer
	// mentioning are the namers that have a text which may be the name of a Secret, whether there is one or not.
	mentioning map[title][]*namer
	// titled finds items by how they may be mentioned.
	titled map[title]*item
	seed   maphash.Seed
	// sheets say what templates name, members how pods were filed, owns the templates of top owners themselves.
	sheets  map[record.Template]*sheet
	members map[types.NamespacedName]*member
	owns    map[model.Ref]owned
	// exposing are the objects, neither pods nor owners of pods, in which a credential stands; sweeps what was found on demand.
	exposing map[model.Ref]struct{}
	sweeps   map[model.Ref][]model.Exposure
	// echoes are the copies of values of Secrets that reading ConfigMaps has shown.
	echoes map[model.Ref][]model.Exposure
	// bundles are the certificates that are known of without reading a Secret.
	bundles map[model.Ref]*bundle
	// serving are the pods of the API server; stores counts templates that mount from the Secrets Store, users the Secrets of users.
	serving       map[types.NamespacedName]struct{}
	stores, users int

	// order are the items by namespace and name, nil until somebody asks; copies says where values stand in plain text.
	order  []*item
	copies copies
	// crowds are who reads Secrets, counts how many read each.
	crowds  *crowds
	counts  map[model.Ref]Count
	version uint64

	stood  analysis.Standing[seat]
	alarms analysis.Alarms[sleeper]
	// doubts says of each kind how much of it was not seen, as it was when it was last judged by.
	doubts map[schema.GroupKind]string
	dirty  dirt
}

// seat is an object with what judges it.
type seat struct {
	model.Ref
	part
}

// part tells apart what judges one object.
type part uint8

const (
	asSecret part = iota
	asNamer
	asExposing
	asBundle
	asServer
	asCluster
)

// dirt is what was touched since the last flush.
type dirt struct {
	all, cluster bool
	items        map[*item]struct{}
	namers       map[*namer]struct{}
	// objects are those in which credentials may stand, bundles those with certificates, servers pods of the API server.
	objects, bundles, servers map[model.Ref]struct{}
}

func newDirt() dirt {
	return dirt{
		items: map[*item]struct{}{}, namers: map[*namer]struct{}{},
		objects: map[model.Ref]struct{}{}, bundles: map[model.Ref]struct{}{}, servers: map[model.Ref]struct{}{},
	}
}

func (d *dirt) empty() bool {
	return !d.all && !d.cluster && len(d.items)+len(d.namers)+len(d.objects)+len(d.bundles)+len(d.servers) == 0
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, o Options) *Analyser {
	return &Analyser{
		rules: rules, clock: clock, look: workload.Credentials, print: detect.Default().Print,
		rotation: int64(cmp.Or(o.Rotation, DefaultRotation) / time.Second), expiry: int64(cmp.Or(o.Expiry, DefaultExpiry) / time.Second),
		items: map[types.NamespacedName]*item{}, namers: map[model.Ref]*namer{}, mentioning: map[title][]*namer{}, titled: map[title]*item{}, seed: maphash.MakeSeed(),
		sheets: map[record.Template]*sheet{}, members: map[types.NamespacedName]*member{}, owns: map[model.Ref]owned{},
		exposing: map[model.Ref]struct{}{}, sweeps: map[model.Ref][]model.Exposure{}, echoes: map[model.Ref][]model.Exposure{}, bundles: map[model.Ref]*bundle{},
		serving: map[types.NamespacedName]struct{}{}, stood: analysis.Standing[seat]{}, doubts: map[schema.GroupKind]string{}, dirty: newDirt(),
	}
}

// Server takes what the source says of itself: its certificate.
func (a *Analyser) Server(info model.SourceInfo) {
	var list []Certificate
	if info.ServerCertificate > 0 {
		list = []Certificate{{Object: model.ClusterRef(), Path: serverPath, Until: info.ServerCertificate}}
	}
	a.bundle(model.ClusterRef(), list)
}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time { return a.alarms.Next() }

// Tick notes that the moment of Next has come. What follows is worked out by Flush.
func (a *Analyser) Tick() {
	a.alarms.Ring(a.clock.Now().Unix(), func(s sleeper) { s.wake(&a.dirty) })
}

// Len counts the findings that stand.
func (a *Analyser) Len() int {
	return a.stood.Len()
}

// State says of a rule that it cannot be judged, or in part, for another reason than that a kind was not seen; false where there is
// none.
func (a *Analyser) State(rule string) (model.RuleState, bool) {
	if rule == "SE05" && len(a.serving) == 0 {
		return model.RuleState{Verdict: model.Unknown, Reason: "the API server runs as no pod that is seen, so how it keeps Secrets is not known"}, true
	}
	if rule == "SE05" && a.configured() {
		return model.RuleState{Verdict: model.Unknown, Reason: "what the file of " + encryptionFlag + " says is not visible, so whether Secrets are encrypted is not known"}, true
	}
	return model.RuleState{}, false
}

// configured tells that all API servers that are seen were given a configuration of encryption.
func (a *Analyser) configured() bool {
	for key := range a.serving {
		if m := a.members[key]; m == nil || m.plainly {
			return false
		}
	}
	return len(a.serving) > 0
}
