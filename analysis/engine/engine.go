// Package engine turns the changes of a cluster into published reports.
//
// One goroutine, Run, owns the cluster and the analysers: the writer. It drains the queue of changes, lets each analyser
// update what they touch, in the order of what rests on what, and publishes an immutable report at most ten times a
// second. Whoever wants to know subscribes and reads the newest report; nobody locks anything.
package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/image"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/analysis/segmentation"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
)

// DefaultInterval is the least time between two publications.
const DefaultInterval = 100 * time.Millisecond

// batch is how many changes are applied before the writer looks up to publish or to answer.
const batch = 1024

// Options says how an engine runs.
type Options struct {
	// Clock is the time that verdicts go by; nil is the machine's clock.
	Clock model.Clock
	// Rules is the catalogue, Edges its steps of attack; nil is all of the catalogue's.
	Rules catalogue.Set
	Edges []*model.Edge
	// Interval is the least time between two publications; zero is DefaultInterval.
	Interval time.Duration
	// Images, Secrets and Nodes say what those are judged by.
	Images  image.Options
	Secrets secret.Options
	Nodes   node.Options
	// Attack says what an attacker may be after.
	Attack attack.Options
}

// Engine is the writer with its queue and its newest report. It is a model.Sink.
type Engine struct {
	clock    model.Clock
	interval time.Duration
	rules    []*model.Rule
	queue    *queue
	calls    chan func()
	report   atomic.Pointer[model.Report]
	shifted  atomic.Pointer[[]Shifted]

	mutex       sync.Mutex
	subscribers map[chan struct{}]struct{}

	// What follows belongs to the goroutine of Run.
	source    model.SourceInfo
	cluster   *cluster.Cluster
	access    *rbac.Analyser
	privilege *privilege.Analyser
	workload  *workload.Analyser
	reaching  reaching
	// segmentation judges what reaching says.
	segmentation *segmentation.Analyser
	images       *image.Analyser
	secrets      *secret.Analyser
	nodes        *node.Analyser
	budgets      *disruption.Analyser
	deprecated   *deprecation.Analyser
	attacks      *attack.Analyser
	findings     *findings
	// reach says who can come to hold the cluster; it was worked out for the accounts that were running then.
	reach     *privilege.Reach
	running   []model.Subject
	runningAt uint64
	states    map[string]model.RuleState
	// lacking says what was not read of what paths go by; it is as old as the states.
	lacking string
	// inventory and edits are what reports show beside the findings.
	inventory *inventory
	edits     *edits
	// options are those that it was made with.
	options Options
	// settled is set once all that the source had announced was seen; quiet while what is applied is no change of the
	// cluster.
	settled, quiet bool
	// held is set while analysers wait with what can be worked out for many changes at once.
	held bool
	// concerned gathers, while not nil, the subjects whose permissions may have changed.
	concerned map[model.Subject]struct{}
	sequence  uint64
	dirty     bool
	// awaited tells that Settle waits for the next report, whatever comes of what is applied until then.
	awaited bool
	// taken is what was taken off the queue and not applied yet.
	taken queued
	// over is closed when the context of Run has ended: what is being worked out then is of no use to anybody.
	over <-chan struct{}
}

// New gives an engine that has seen nothing yet. Its first report, there from the start, is empty.
func New(o Options) *Engine {
	if o.Clock == nil {
		o.Clock = model.SystemClock{}
	}
	if o.Interval == 0 {
		o.Interval = DefaultInterval
	}
	if o.Nodes.Tables == nil {
		o.Nodes.Tables = lifecycle.Default()
	}
	if o.Edges == nil {
		var err error
		if o.Edges, err = catalogue.Edges(); err != nil {
			// It is part of the program, and tested.
			panic(err)
		}
	}
	e := &Engine{
		clock: o.Clock, interval: o.Interval, rules: o.Rules.Sorted(), queue: newQueue(), calls: make(chan func()),
		subscribers: map[chan struct{}]struct{}{}, cluster: cluster.New(), access: rbac.New(),
		findings: newFindings(), inventory: newInventory(0), edits: newEdits(), options: o,
	}
	e.begin()
	e.publish()
	return e
}

// begin makes the analysers of an empty cluster.
func (e *Engine) begin() {
	o := &e.options
	e.privilege, e.workload = privilege.New(o.Rules, o.Edges), workload.New(o.Rules, o.Clock, o.Images.Allow)
	e.reaching, e.segmentation = newReaching(), segmentation.New(o.Rules, o.Clock)
	e.images, e.secrets = image.New(o.Rules, o.Clock, o.Images), secret.New(o.Rules, o.Clock, o.Secrets)
	e.nodes, e.budgets = node.New(o.Rules, o.Clock, o.Nodes), disruption.New(o.Rules, o.Clock)
	e.attacks = attack.New(o.Edges, o.Attack)
	e.deprecated = deprecation.New(o.Rules, o.Clock, o.Nodes.Tables)
}

// Change queues changes; of several to one object that wait, only the last counts.
func (e *Engine) Change(changes ...model.Change) { e.queue.change(changes) }

// Cover queues the coverage of kinds, to be taken after all changes that were queued before it.
func (e *Engine) Cover(coverage ...model.Coverage) { e.queue.cover(coverage) }

// Identify queues what the source is.
func (e *Engine) Identify(info model.SourceInfo) { e.queue.identify(info) }

// Report gives the newest report.
func (e *Engine) Report() *model.Report { return e.report.Load() }

// Run is the writer. It ends with the context.
func (e *Engine) Run(ctx context.Context) error {
	e.over = ctx.Done()
	pace := time.NewTimer(0)
	defer pace.Stop()
	paced := true // whether the pace timer has yet to fire
	var wake <-chan time.Time
	var wakeAt time.Time
	for {
		if e.leaving() {
			// What was left half done is no state to publish, nor to ask.
			return nil
		}
		if e.dirty && !paced {
			e.publish()
			pace.Reset(e.interval)
			paced = true
		}
		if next := e.next(); next != wakeAt {
			wakeAt, wake = next, nil
			if !next.IsZero() {
				wake = e.clock.After(next.Sub(e.clock.Now()))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.queue.ready:
			e.drain()
		case <-pace.C:
			paced = false
		case call := <-e.calls:
			call()
		case <-wake:
			wakeAt = time.Time{}
			e.tick()
		}
	}
}

// next gives the moment at which time alone changes a verdict; the zero time where it never does.
func (e *Engine) next() time.Time {
	var first time.Time
	for _, t := range [...]time.Time{
		e.workload.Next(), e.segmentation.Next(), e.images.Next(), e.secrets.Next(), e.nodes.Next(), e.budgets.Next(), e.deprecated.Next(),
	} {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}

// tick judges anew what time has changed.
func (e *Engine) tick() {
	e.workload.Tick(e.clock.Now(), e.cluster, e.access, e.findings)
	e.segmentation.Tick()
	e.images.Tick()
	e.secrets.Tick()
	e.nodes.Tick()
	e.budgets.Tick()
	e.deprecated.Tick()
	e.flush()
	e.dirty = true
}

// drain applies one batch of what waits, and comes back for the rest.
func (e *Engine) drain() {
	if len(e.taken.changes) == 0 {
		e.taken = e.queue.take()
	}
	n := min(batch, len(e.taken.changes))
	changed := false
	for i := range n {
		if i%16 == 0 && e.leaving() {
			return
		}
		changed = e.apply(e.taken.changes[i]) || changed
		e.taken.changes[i] = model.Change{}
	}
	e.taken.changes = e.taken.changes[n:]
	// A token may be left of what was taken before: nothing is no news. Nor is a heartbeat.
	e.dirty = e.dirty || changed || n > 0 && e.awaited || len(e.taken.coverage) > 0 || e.taken.source != nil
	if len(e.taken.changes) > 0 {
		e.queue.signal()
		return
	}
	for _, cov := range e.taken.coverage {
		e.cover(cov)
	}
	if e.taken.source != nil {
		e.source = *e.taken.source
		e.serve()
	}
	e.flush()
	e.taken = queued{}
	if !e.queue.empty() {
		e.queue.signal()
	}
}

// serve tells those whom it concerns what the source says of its server.
func (e *Engine) serve() {
	e.privilege.Server(e.source.Server, e.cluster, e.access)
	e.secrets.Server(e.source)
	e.nodes.Server(e.source)
	e.deprecated.Server(e.source)
}

// idle tells that nothing waits to be applied.
func (e *Engine) idle() bool { return len(e.taken.changes) == 0 && e.queue.empty() }

// apply lets every analyser take part in one change, each after those whose answers it asks for. It tells whether it is one: most of what
// kubelets report changes nothing of interest.
func (e *Engine) apply(change model.Change) bool {
	d, ok := e.cluster.Apply(change)
	if !ok {
		return false
	}
	var moves func() []move
	if e.counts(d.Ref) {
		moves = e.findings.watch()
	}
	changed := e.access.Update(e.cluster, d)
	if e.concerned != nil {
		for _, s := range changed.Subjects {
			e.concerned[s] = struct{}{}
		}
	}
	e.privilege.Update(d, e.access, &changed)
	e.workload.Update(e.cluster, d, e.access, changed, e.findings)
	e.reaching.update(e.cluster, d)
	e.segmentation.Update(e.cluster, d)
	e.images.Update(e.cluster, d)
	e.secrets.Update(e.cluster, d)
	e.nodes.Update(e.cluster, d)
	e.budgets.Update(e.cluster, d)
	e.deprecated.Update(e.cluster, d)
	e.attacks.Update(e.cluster, d, &changed)
	e.standIn(e.reaching.standIns.update(e.cluster, d))
	var came consequences
	if e.settled && !e.held {
		came = e.flush()
	}
	if !e.quiet {
		e.inventory.apply(d)
	}
	if moves != nil {
		e.note(d, moves(), &came)
	}
	return true
}

// flush lets analysers work out what they have put off. While a cluster is read that is done for many changes at once; then
// for each, so that it is known what every one of them brought.
func (e *Engine) flush() consequences {
	changed := e.privilege.Flush(e.cluster, e.access, e.findings)
	if running, at := e.workload.Running(); changed || at != e.runningAt {
		if !slices.Equal(running, e.running) || changed {
			if reach := e.privilege.Reach(running); !reach.Equal(e.reach) {
				e.reach = reach
			}
		}
		e.running, e.runningAt = running, at
	}
	e.workload.Reached(e.reach, e.findings)
	reach, ways := e.reaching.flush(e.cluster)
	came := consequences{Delta: reach}
	for _, work := range [...]func(){
		func() {
			e.segmentation.Flush(e.cluster, e.reaching.network, e.reaching.ways, ways, e.findings)
		},
		func() {
			e.images.Reach(e.reaching.network, e.reaching.ways, ways)
			e.images.Flush(e.cluster, e.findings)
		},
		func() { e.secrets.Flush(e.cluster, e.findings) },
		func() { e.nodes.Flush(e.cluster, e.findings) },
		func() { e.budgets.Flush(e.cluster, e.findings) },
		func() { e.deprecated.Flush(e.cluster, e.findings) },
	} {
		if e.leaving() {
			return came
		}
		work()
	}
	if e.settled && !e.leaving() {
		e.attacks.Flush(e.world(), ways)
		came.opened, came.closed = e.attacks.Turned()
	}
	return came
}

// cover takes the coverage of a kind.
func (e *Engine) cover(cov model.Coverage) {
	if e.cluster.Cover(cov) {
		e.states = nil
		e.privilege.Covered(cov.Kind, e.access)
		e.workload.Covered(e.cluster, cov.Kind, e.access, e.findings)
		for _, gk := range spokenOf(cov.Kind) {
			e.reaching.covered(e.cluster, gk)
			e.segmentation.Covered(e.cluster, gk)
			e.images.Covered(e.cluster, gk)
			e.secrets.Covered(e.cluster, gk)
			e.nodes.Covered(e.cluster, gk)
			e.budgets.Covered(e.cluster, gk)
			e.deprecated.Covered(e.cluster, gk)
			e.attacks.Covered(e.cluster, gk)
		}
		if cov.Kind == pods {
			e.standIn(e.reaching.standIns.covered(e.cluster))
		}
	}
	if !e.settled && e.cluster.Settled() {
		e.settled = true
		e.reaching.network.Track(true)
	}
}
