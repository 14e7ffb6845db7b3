package nodes

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/disruption"
	"canopy/analysis/engine"
	"canopy/analysis/lifecycle"
	"canopy/analysis/network/policy"
	"canopy/analysis/node"
	"canopy/analysis/upgrade"
	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/work"
)

// Keeper keeps what the screens of one session have read of its nodes, and the reading of kubelets that goes on. The zero value is ready.
type Keeper struct {
	mutex sync.Mutex
	// survey is that as of the report with this sequence number.
	survey   *survey
	sequence uint64
	running  *running
	// planning guards what follows: a plan takes longer than anything else, and nobody else is to wait for it.
	planning sync.Mutex
	course   *course
	pace     pace
	// rests is for how long nothing that takes long is made anew; restTime where it is zero.
	rests time.Duration
	// reader reads what pods ask for, each template once; owners is what it looks owners up in.
	reader *usage.Reader
	owners model.RecordSet
	job    work.Job
	// access is what was told of reading kubelets; nil while nobody has asked, or no answer has come. asking tells that one is on its way;
	// it belongs to the loop.
	access atomic.Pointer[access]
	asking bool
	// since is when measuring was first seen to go on.
	since time.Time
	// lead is what to patch first; nil where that is not known.
	lead atomic.Pointer[lead]
	// top is the screen that was shown last; it belongs to the loop.
	top *Screen
	// left is closed when the session is left.
	left chan struct{}
	once sync.Once
}

// Stop ends what goes on, and what waits for news of usage.
func (k *Keeper) Stop() {
	k.job.Stop()
	close(k.leaving())
}

// leaving gives the channel that is closed when the session is left.
func (k *Keeper) leaving() chan struct{} {
	k.once.Do(func() { k.left = make(chan struct{}) })
	return k.left
}

// survey is what is known of nodes and of the control plane at one moment. It is immutable.
type survey struct {
	version uint64
	nodes   []*node.Node
	plane   *node.Plane
}

// basis tells what a plan rests on: one of the same basis says the same.
type basis struct {
	nodes, budgets, deprecated uint64
	// day is that on which it was made: dates of support pass by themselves.
	day int64
}

// course is the order in which to patch, with what it was made of. It is immutable.
type course struct {
	basis basis
	plan  *upgrade.Plan
}

// desk answers questions. Its methods may wait, so commands call them.
type desk interface {
	// All gives the nodes; what was before where nothing has changed, nil for none.
	All(ctx context.Context, before *survey) (*survey, error)
	// Basis tells what a plan would rest on now. It takes no time.
	Basis(ctx context.Context) (basis, error)
	// Plan gives the order in which to patch.
	Plan(ctx context.Context) (*course, error)
	// Residents lists who has pods on a node, Drain what is in the way of emptying it.
	Residents(ctx context.Context, name string, findings map[model.Ref][]*model.Finding) ([]upgrade.Resident, error)
	Drain(ctx context.Context, name string) ([]disruption.Obstacle, error)
	// Outward tells whether a pod may talk to any address outside of the cluster.
	Outward(ctx context.Context, pod types.NamespacedName) bool
	// Usage is what was measured last; the first call begins to measure.
	Usage() *model.Usage
	// Sets lists the tables of what is known of versions, AsOf is the day of those that most rests on.
	Sets() []lifecycle.Set
	AsOf() lifecycle.Day
}

// atOnce is of how many nodes the writer works out at a time what a drain stumbles over, rounds how often it is asked at the most: where
// changes come faster than that the rest is done at once.
const atOnce, rounds = 100, 100

// office asks the session that is looked at.
type office struct{ session view.Session }

// All takes the nodes, which are immutable, off the writer.
func (o office) All(ctx context.Context, before *survey) (*survey, error) {
	s := before
	err := o.session.AskNodes(ctx, func(p *engine.Patching) {
		if v := p.Nodes.Version(); before == nil || before.version != v {
			s = &survey{version: v, nodes: p.Nodes.Nodes(), plane: p.Nodes.Plane()}
		}
	})
	return s, err
}

// basisOf is what a plan made now would rest on.
func basisOf(p *engine.Patching) basis {
	return basis{nodes: p.Nodes.Version(), budgets: p.Budgets.Version(), deprecated: p.Deprecated.Version(), day: p.Now.Unix() / 86400}
}

// Basis asks the writer for a few numbers.
func (o office) Basis(ctx context.Context) (b basis, err error) {
	err = o.session.AskNodes(ctx, func(p *engine.Patching) { b = basisOf(p) })
	return b, err
}

// Plan makes it. The writer is held for what has to be read, a part at a time; the order is worked out outside.
func (o office) Plan(ctx context.Context) (*course, error) {
	var matter *upgrade.Matter
	c := &course{}
	for round := 1; matter == nil; round++ {
		err := o.session.AskNodes(ctx, func(p *engine.Patching) {
			in := &upgrade.Input{Cluster: p.Cluster, Nodes: p.Nodes, Budgets: p.Budgets, Deprecated: p.Deprecated, Tables: p.Tables, Now: p.Now}
			if upgrade.Prepare(in, atOnce) || round >= rounds {
				c.basis, matter = basisOf(p), upgrade.Gather(in)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	c.plan = matter.Plan()
	return c, nil
}

// Residents lists those of one node.
func (o office) Residents(ctx context.Context, name string, findings map[model.Ref][]*model.Finding) (list []upgrade.Resident, err error) {
	err = o.session.AskNodes(ctx, func(p *engine.Patching) {
		list = upgrade.ResidentsOf(p.Cluster, p.Budgets, name, upgrade.Conditions(p.Nodes.Plane()), findings, waysTo(p))
	})
	return list, err
}

// Drain lists what is in the way on one node.
func (o office) Drain(ctx context.Context, name string) (list []disruption.Obstacle, err error) {
	err = o.session.AskNodes(ctx, func(p *engine.Patching) { list = p.Budgets.Drain(p.Cluster, name) })
	return list, err
}

// Outward asks the network. Where no answer comes it is as if the way were shut: a suspicion needs grounds.
func (o office) Outward(ctx context.Context, name types.NamespacedName) (open bool) {
	err := o.session.AskNodes(ctx, func(p *engine.Patching) {
		pod := podOf(p.Cluster, name)
		open = pod != nil && anywhere(p.Network.Outside(pod, policy.Egress))
	})
	return open && err == nil
}

// Usage is what was measured last.
func (o office) Usage() *model.Usage { return o.session.Measured() }

// Sets lists the tables.
func (o office) Sets() []lifecycle.Set { return o.session.Tables().Sets() }

// AsOf is the day of those that most rests on.
func (o office) AsOf() lifecycle.Day { return o.session.Tables().AsOf() }

// read gives the nodes as of a snapshot.
func (k *Keeper) read(ctx context.Context, d desk, s *view.Snapshot) (*survey, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.survey != nil && k.sequence == s.Report.Sequence {
		return k.survey, nil
	}
	now, err := d.All(ctx, k.survey)
	if err != nil {
		return nil, err
	}
	k.survey, k.sequence = now, s.Report.Sequence
	return now, nil
}

// measuring tells since when usage is asked for, as far as is known: since the oldest sample, or since it was seen first.
func (k *Keeper) measuring(u *model.Usage, now time.Time) time.Time {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.since.IsZero() {
		k.since = now
	}
	for _, s := range u.Nodes {
		if all := s.All(); len(all) > 0 && all[0].At < k.since.Unix() {
			k.since = time.Unix(all[0].At, 0)
		}
	}
	return k.since
}

// plan gives the order in which to patch. It is made anew only where something that it rests on has changed, and then not at once: while
// changes come that is once in restTime. Nothing asks for it while another list is shown.
func (k *Keeper) plan(ctx context.Context, d desk) (*upgrade.Plan, error) {
	k.planning.Lock()
	defer k.planning.Unlock()
	now, err := d.Basis(ctx)
	if err != nil {
		return nil, err
	}
	if k.course != nil && k.course.basis == now {
		return k.course.plan, nil
	}
	if err := k.pace.wait(ctx); err != nil {
		return nil, err
	}
	made, err := d.Plan(ctx)
	if err != nil {
		return nil, err
	}
	k.pace.rest(cmp.Or(k.rests, restTime))
	k.course = made
	return made.plan, nil
}
