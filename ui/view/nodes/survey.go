package nodes

import (
	"context"
	"sync"
	"sync/atomic"

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
	course   *course
	running  *running
	// reader reads what pods ask for, each template once; owners is what it looks owners up in.
	reader *usage.Reader
	owners model.RecordSet
	job    work.Job
	// access is what was told of reading kubelets; nil while nobody has asked, or no answer has come.
	access atomic.Pointer[access]
	// top is the screen that was shown last; it belongs to the loop.
	top *Screen
	// left is closed when the session is left.
	left chan struct{}
	once sync.Once
}

// access is the answer to whether kubelets can be asked.
type access struct{ err error }

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

// course is the order in which to patch, with what it was made of. It is immutable.
type course struct {
	nodes, budgets, deprecated uint64
	// day is that on which it was made: dates of support pass by themselves.
	day  int64
	plan *upgrade.Plan
}

// desk answers questions. Its methods may wait, so commands call them.
type desk interface {
	// All gives the nodes; what was before where nothing has changed, nil for none.
	All(ctx context.Context, before *survey) (*survey, error)
	// Plan gives the order in which to patch; what was before where nothing has changed.
	Plan(ctx context.Context, before *course) (*course, error)
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

// Plan makes it on the writer, where what it rests on has changed.
func (o office) Plan(ctx context.Context, before *course) (*course, error) {
	c := before
	err := o.session.AskNodes(ctx, func(p *engine.Patching) {
		now := course{nodes: p.Nodes.Version(), budgets: p.Budgets.Version(), deprecated: p.Deprecated.Version(), day: p.Now.Unix() / 86400}
		if before != nil && before.nodes == now.nodes && before.budgets == now.budgets && before.deprecated == now.deprecated && before.day == now.day {
			return
		}
		now.plan = upgrade.Make(&upgrade.Input{Cluster: p.Cluster, Nodes: p.Nodes, Budgets: p.Budgets, Deprecated: p.Deprecated, Tables: p.Tables, Now: p.Now})
		c = &now
	})
	return c, err
}

// Residents lists those of one node.
func (o office) Residents(ctx context.Context, name string, findings map[model.Ref][]*model.Finding) (list []upgrade.Resident, err error) {
	err = o.session.AskNodes(ctx, func(p *engine.Patching) {
		list = upgrade.Residents(p.Cluster, name, findings, waysTo(p))
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

// plan gives the order in which to patch.
func (k *Keeper) plan(ctx context.Context, d desk) (*upgrade.Plan, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	now, err := d.Plan(ctx, k.course)
	if err != nil {
		return nil, err
	}
	k.course = now
	return now.plan, nil
}
