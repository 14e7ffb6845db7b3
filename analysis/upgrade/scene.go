package upgrade

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// scene is what a plan is made of. The versions in it move on as steps are planned.
type scene struct {
	almanac
	host     host
	servers  []*part
	controls []*part
	// proxies are those of kube-proxy that are exchanged apart from their node.
	proxies  []*part
	machines []*machine
	// emptied are those that may have a step, and so are emptied first.
	emptied []*machine
	// crews say which machines are changed with each, everyone that all are.
	crews    map[*machine]*crew
	everyone *crew
	// uses lists the API versions in use that end by a minor.
	uses    func(minor string) []deprecation.Use
	unknown []string
	// asOf is the date of the tables.
	asOf string
}

// part is a running instance of a component.
type part struct {
	component string
	// object is what a step names: the node it runs on, its pod, its DaemonSet, or the cluster.
	object  model.Ref
	node    string
	version lifecycle.Version
}

// machine is a node.
type machine struct {
	ref     model.Ref
	version lifecycle.Version
	// told is false where its kubelet tells no version.
	told    bool
	control bool
	// beside is kube-proxy where it is exchanged together with the node.
	beside *part
	system string
	// runtime is as its kubelet tells it. cgroup1 tells that it has control groups of version 1, as far as is known.
	runtime string
	cgroup1 bool
	ready   bool
	// pool is the name that its provider knows its pool by, "" where no label has it.
	pool string
	// due is what waits to be done to it besides.
	due []chore
	// drained is what a drain stumbles over, pod by pod, obstacles the same by owner.
	drained   []disruption.Obstacle
	obstacles []Obstacle
	// lost are the bare pods, stays the owners of pods whose volume is on the machine.
	lost, stays []model.Ref
}

// chore is a topic that is due.
type chore struct {
	what, detail, from string
	overdue            bool
}

// gather reads what a plan is made of; all of it, or as far as is needed to tell which nodes have a step.
func gather(in *Input, all bool) *scene {
	s := &scene{almanac: almanac{tables: in.Tables, today: lifecycle.DayOf(in.Now)}, asOf: in.Tables.AsOf().String()}
	nodes, plane := in.Nodes.Nodes(), in.Nodes.Plane()
	s.host, s.product = hostOf(in, nodes, plane)
	machines := make([]machine, len(nodes))
	s.machines = make([]*machine, len(nodes))
	for i, n := range nodes {
		s.machines[i] = &machines[i]
		machines[i].read(n)
	}
	s.gatherParts(in, plane)
	to, _, ok := s.goal()
	s.emptied = s.moved(to, ok)
	s.companions(in)
	if !all {
		return s
	}
	s.unseen(in, plane)
	var uses []deprecation.Use
	if ok {
		uses = in.Deprecated.Uses(s.horizon(to).String())
	}
	s.uses = func(string) []deprecation.Use { return uses }
	for _, m := range s.emptied {
		m.drained = in.Budgets.Drain(in.Cluster, m.ref.Name)
	}
	return s
}

// companions adds to the machines that are emptied all that are emptied with them: the rest of their pools, and of OpenShift, which takes
// all pools along, the rest of the cluster.
func (s *scene) companions(in *Input) {
	if !s.host.pooled() || len(s.emptied) == 0 {
		return
	}
	for _, m := range s.machines {
		if r, ok := in.Cluster.Get(m.ref).(*record.Typed[*corev1.Node]); ok {
			m.pool = s.host.pool(r.Labels)
		}
	}
	if s.host.kind == openShift {
		s.emptied = s.machines
		return
	}
	late, pools := map[*machine]bool{}, map[string]bool{}
	for _, m := range s.emptied {
		late[m], pools[m.pool] = true, true
	}
	s.emptied = nil
	for _, m := range s.machines {
		if late[m] || m.pool != "" && pools[m.pool] {
			s.emptied = append(s.emptied, m)
		}
	}
}

// moved lists the machines that may have a step on the way to a version, if one is known.
func (s *scene) moved(to lifecycle.Version, ok bool) []*machine {
	late := map[string]bool{}
	if s.host.whole {
		for _, q := range s.servers {
			late[q.node] = late[q.node] || q.version.Compare(to) < 0
		}
	}
	var list []*machine
	for _, m := range s.machines {
		if len(m.due) > 0 || ok && (m.behind(to) || late[m.ref.Name]) {
			list = append(list, m)
		}
	}
	return list
}

// settle works out of what was gathered what need not be on the writer.
func (s *scene) settle() {
	for _, m := range s.emptied {
		if len(m.drained) > 0 && len(m.obstacles) == 0 {
			m.obstruct(m.drained)
		}
	}
}

// read takes what is known of a node.
func (m *machine) read(n *node.Node) {
	*m = machine{ref: n.Ref, version: n.Version, told: n.Plain, system: n.OS, runtime: n.Runtime, ready: n.Ready}
	m.control = slices.ContainsFunc(n.Roles, func(role string) bool {
		return role == "control-plane" || role == "master" || role == "controlplane"
	})
	for _, v := range n.Verdicts {
		if v.State != node.Due && v.State != node.Overdue {
			continue
		}
		c := chore{detail: v.Detail, overdue: v.State == node.Overdue}
		switch v.Topic {
		case node.Reboot:
			c.what, c.from = Reboot, n.Kernel
		case node.Runtime:
			c.what, c.from = Runtime, n.Runtime
		case node.OS:
			c.what, c.from = System, n.OS
		case node.CGroup:
			m.cgroup1 = true
			continue
		default:
			continue
		}
		m.due = append(m.due, c)
	}
	inorder.SortStable(m.due, func(a, b chore) int { return cmp.Compare(order(a.what), order(b.what)) })
}

// order is that in which what is due to a node names the step: a new system takes the others with it.
func order(what string) int { return slices.Index([]string{System, Runtime, Reboot}, what) }

// obstruct takes what a drain stumbles over, by owner.
func (m *machine) obstruct(list []disruption.Obstacle) {
	for _, o := range list {
		if o.Cause == disruption.Bare {
			m.lost = append(m.lost, o.Pod)
		}
		if o.Stays && !slices.Contains(m.stays, o.Owner) {
			m.stays = append(m.stays, o.Owner)
		}
		same := slices.IndexFunc(m.obstacles, func(x Obstacle) bool {
			return x.Cause == o.Cause && x.Owner == o.Owner && x.Budget == o.Budget && x.Blocks == o.Blocks
		})
		if same < 0 {
			m.obstacles = append(m.obstacles, Obstacle{Cause: o.Cause, Owner: o.Owner, Budget: o.Budget, Blocks: o.Blocks, Says: o.Says})
			same = len(m.obstacles) - 1
		}
		if m.obstacles[same].Pods += o.Pods; !o.Pod.IsZero() {
			m.obstacles[same].Pods++
		}
	}
}

// gatherParts takes the parts of the control plane, and those of kube-proxy.
func (s *scene) gatherParts(in *Input, plane *node.Plane) {
	at := map[string]*machine{}
	for _, m := range s.machines {
		at[m.ref.Name] = m
	}
	for i := range plane.Parts {
		q := &plane.Parts[i]
		p := &part{component: q.Component, object: q.Object, node: q.Node, version: q.Version}
		m := at[q.Node]
		if m != nil && q.Component != lifecycle.Proxy {
			p.object = m.ref
		}
		if p.object.IsZero() {
			p.object = model.ClusterRef()
		}
		if !q.Known {
			s.tell(q.Component + " on " + cmp.Or(q.Node, "a node that is not known") + ": " + disruption.Brief(q.Reason))
			continue
		}
		switch q.Component {
		case lifecycle.APIServer:
			s.servers = append(s.servers, p)
		case lifecycle.Proxy:
			owner := q.Object
			if r := in.Cluster.Get(q.Object); r != nil {
				owner = in.Cluster.TopOwner(r)
			}
			if owner.Kind != "DaemonSet" && m != nil {
				m.beside = p
				continue
			}
			p.object = owner
			s.proxies = append(s.proxies, p)
		default:
			s.controls = append(s.controls, p)
		}
	}
	if s.host.whole && plane.Hidden {
		s.embedded()
	}
}

// embedded takes the servers of products that run the control plane inside of the program that runs the kubelet: their nodes tell the
// version.
func (s *scene) embedded() {
	var found []*part
	for _, m := range s.machines {
		if m.control && m.told {
			found = append(found, &part{component: lifecycle.APIServer, object: m.ref, node: m.ref.Name, version: m.version})
		}
	}
	if len(found) > 0 {
		s.servers = found
	}
}

func (s *scene) tell(text string) { s.unknown = append(s.unknown, disruption.Line(text)) }

// unseen says what was not seen that a plan rests on.
func (s *scene) unseen(in *Input, plane *node.Plane) {
	for _, of := range []struct {
		gk   schema.GroupKind
		says string
	}{
		{schema.GroupKind{Kind: "Node"}, "whether there are more nodes"}, {schema.GroupKind{Kind: "Pod"}, "which pods a drain moves, and which parts of the control plane run"},
		{schema.GroupKind{Group: "policy", Kind: "PodDisruptionBudget"}, "whether budgets allow a drain"},
		{schema.GroupKind{Kind: "PersistentVolume"}, "which volumes are on one node alone"}, {schema.GroupKind{Kind: "PersistentVolumeClaim"}, "which volumes are on one node alone"},
	} {
		if cov := in.Cluster.Seen(of.gk, ""); cov.State != model.Complete && !cov.Unserved() {
			s.tell(of.says + ": " + of.gk.Kind + " " + strings.TrimSuffix(string(cov.State)+": "+disruption.Brief(cov.Reason), ": "))
		}
	}
	if !in.Budgets.Populated(in.Cluster) {
		s.tell("which pods a drain moves: owners want pods, and none of any is on a node, as in a capture of manifests")
	}
	if len(s.servers) == 0 {
		s.tell("the version of the control plane, and so what to upgrade to")
	} else if plane.Hidden && !s.host.whole {
		s.tell("other API servers than the one that answered, and the controller managers and schedulers: none is seen as a pod")
	}
	for _, m := range s.machines {
		if !m.told {
			s.tell("the version of " + m.ref.String())
		}
	}
}
