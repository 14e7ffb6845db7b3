package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"canopy/analysis/node"
	"canopy/analysis/upgrade"
	"canopy/model"
)

// Nodes is what canopy nodes prints.
type Nodes struct {
	Nodes        []Node       `json:"nodes"`
	ControlPlane ControlPlane `json:"controlPlane"`
	// Plan is what to patch, in order, to come to Target; Blockers are what keeps the control plane from Next, and from going on to Target.
	// Target and Next are empty where no API server is known.
	Plan     []upgrade.Step    `json:"plan"`
	Target   string            `json:"target"`
	Next     string            `json:"next"`
	Blockers []upgrade.Blocker `json:"blockers"`
	// Unknown says what the plan could not tell.
	Unknown []string `json:"unknown"`
	// Data is the date of the tables that verdicts rest on, Stale that it is old.
	Data  string `json:"data"`
	Stale bool   `json:"stale,omitempty"`
	// Unseen says what was not seen that counts here.
	Unseen []string `json:"unseen"`
	// narrow tells that it is about some nodes, of which the commands are printed too.
	narrow bool
}

// Node is one node.
type Node struct {
	Ref      model.Ref `json:"ref"`
	Kubelet  string    `json:"kubelet"`
	Proxy    string    `json:"kubeProxy,omitempty"`
	Runtime  string    `json:"runtime"`
	OS       string    `json:"os"`
	Kernel   string    `json:"kernel"`
	Arch     string    `json:"arch,omitempty"`
	Provider string    `json:"provider,omitempty"`
	Pool     string    `json:"pool,omitempty"`
	Roles    []string  `json:"roles"`
	Ready    bool      `json:"ready"`
	Cordoned bool      `json:"cordoned,omitempty"`
	Age      string    `json:"age"`
	// Pods is nil where no pod is seen on any node.
	Pods     *NodePods      `json:"pods"`
	Verdicts []node.Verdict `json:"verdicts"`
	Findings []string       `json:"findings"`
}

// NodePods counts what runs on a node: all pods, those of owners that can be reached from outside, that can take their node, and whose
// account can take the cluster.
type NodePods struct {
	All        int `json:"all"`
	Exposed    int `json:"exposed"`
	Privileged int `json:"privileged"`
	Powerful   int `json:"powerful"`
	// Worst are the owners that such pods belong to, the worst first.
	Worst []NodeOwner `json:"worst"`
}

// NodeOwner is an owner with pods on a node; each field says how, and is "" where it is not so.
type NodeOwner struct {
	Ref        model.Ref `json:"ref"`
	Pods       int       `json:"pods"`
	Exposed    string    `json:"exposed,omitempty"`
	Privileged string    `json:"privileged,omitempty"`
	Powerful   string    `json:"powerful,omitempty"`
}

// ControlPlane is what is known of its parts, and of kube-proxy.
type ControlPlane struct {
	Hidden   bool           `json:"hidden"`
	Parts    []Part         `json:"parts"`
	Verdicts []node.Verdict `json:"verdicts"`
	Findings []string       `json:"findings"`
}

// Part is a running instance of a component. Version is "" where nothing tells it; Reason then says why.
type Part struct {
	Component string     `json:"component"`
	Object    *model.Ref `json:"object,omitempty"`
	Node      string     `json:"node,omitempty"`
	Version   string     `json:"version"`
	Reason    string     `json:"reason,omitempty"`
}

// NewNode makes what is shown of a node at a moment, with what runs on it where that is seen.
func NewNode(n *node.Node, residents []upgrade.Resident, seen bool, now time.Time) Node {
	out := Node{
		Ref: n.Ref, Kubelet: n.Kubelet, Proxy: n.Proxy, Runtime: n.Runtime, OS: n.OS, Kernel: n.Kernel, Arch: n.Arch, Provider: n.Provider, Pool: n.Pool,
		Roles: some(n.Roles), Ready: n.Ready, Cordoned: n.Cordoned, Age: days(n.Created, now), Verdicts: append([]node.Verdict{}, n.Verdicts...), Findings: some(n.Findings),
	}
	if !seen {
		return out
	}
	p := &NodePods{Worst: []NodeOwner{}}
	out.Pods = p
	for _, r := range residents {
		p.All += r.Pods
		for _, c := range []struct {
			how string
			n   *int
		}{{r.Exposed, &p.Exposed}, {r.Privileged, &p.Privileged}, {r.Powerful, &p.Powerful}} {
			if c.how != "" {
				*c.n += r.Pods
			}
		}
		if r.Exposed != "" || r.Privileged != "" || r.Powerful != "" {
			p.Worst = append(p.Worst, NodeOwner{r.Owner, r.Pods, r.Exposed, r.Privileged, r.Powerful})
		}
	}
	return out
}

// NewControlPlane makes what is shown of the control plane.
func NewControlPlane(p *node.Plane) ControlPlane {
	out := ControlPlane{Hidden: p.Hidden, Parts: []Part{}, Verdicts: append([]node.Verdict{}, p.Verdicts...), Findings: some(p.Findings)}
	for i := range p.Parts {
		part := &p.Parts[i]
		one := Part{Component: part.Component, Node: part.Node, Version: part.Raw, Reason: part.Reason}
		if !part.Object.IsZero() {
			one.Object = &part.Object
		}
		out.Parts = append(out.Parts, one)
	}
	return out
}

// Narrow keeps what is about some nodes, by name; all where none is given. An error names one that is not there.
func (d *Nodes) Narrow(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(d.Nodes, func(n Node) bool { return n.Ref.Name == name }) {
			return fmt.Errorf("there is no node %q", name)
		}
	}
	of := func(ref model.Ref) bool { return ref.Kind != "Node" || slices.Contains(names, ref.Name) }
	d.Nodes = slices.DeleteFunc(d.Nodes, func(n Node) bool { return !of(n.Ref) })
	d.narrow = true
	mine := func(s *upgrade.Step) bool {
		return slices.ContainsFunc(append(slices.Clone(s.Nodes), s.Object), func(ref model.Ref) bool { return ref.Kind == "Node" && of(ref) })
	}
	d.Plan = slices.DeleteFunc(d.Plan, func(s upgrade.Step) bool { return !mine(&s) })
	for i := range d.Plan {
		// The places of others are not shown.
		d.Plan[i].Waits = 0
	}
	d.Blockers = slices.DeleteFunc(d.Blockers, func(b upgrade.Blocker) bool { return !of(b.Object) })
	for i := range d.Blockers {
		d.Blockers[i].Step = 0
	}
	return nil
}

// Write writes the plan, the nodes and their verdicts for people: what to do first comes first.
func (d *Nodes) Write(w io.Writer, style Style) error {
	for i, g := range []*Grid{d.planGrid(style), d.nodeGrid(style), d.verdictGrid(style)} {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := g.Write(w, style); err != nil {
			return err
		}
		if i > 0 || !d.narrow {
			continue
		}
		if _, err := io.WriteString(w, d.commands()); err != nil {
			return err
		}
	}
	return nil
}

// slim is the width of a terminal below which the table of nodes leaves out what -o wide has.
const slim = 140

func (d *Nodes) nodeGrid(style Style) *Grid {
	narrow := style.Width > 0 && style.Width < slim && !style.Wide
	g := &Grid{Titles: []string{"NODE", "KUBELET", "PODS", "EXPOSED", "POWERFUL", "PRIVILEGED", "OVERDUE", "DUE", "NO DATA"}}
	if narrow {
		g.Titles = []string{"NODE", "KUBELET", "PODS", "OVERDUE", "DUE"}
	}
	if style.Wide {
		g.Titles = append(g.Titles, "RUNTIME", "OS", "KERNEL", "KUBE-PROXY", "POOL", "AGE", "FINDINGS")
	}
	overdue := 0
	for _, n := range d.worst() {
		topics := n.topics()
		if len(topics[node.Overdue]) > 0 {
			overdue++
		}
		all, exposed, powerful, privileged := "-", "-", "-", "-"
		if p := n.Pods; p != nil {
			all, exposed, powerful, privileged = strconv.Itoa(p.All), strconv.Itoa(p.Exposed), strconv.Itoa(p.Powerful), strconv.Itoa(p.Privileged)
		}
		late, due, blank := listed(topics[node.Overdue]), listed(topics[node.Due]), listed(topics[node.NoData])
		row := []string{n.Ref.Name + n.remark(), n.Kubelet, all, exposed, powerful, privileged, late, due, blank}
		if narrow {
			row = []string{n.Ref.Name + n.remark(), n.Kubelet, all, late, due}
		}
		if style.Wide {
			row = append(row, n.Runtime, n.OS, n.Kernel, Dash(n.Proxy), Dash(n.Pool), Dash(n.Age), listed(ruleIDs(n.Findings)))
		}
		g.Add(row...)
	}
	said := fmt.Sprintf("%s, %d with something overdue; tables of versions as of %s", count(len(d.Nodes), "node"), overdue, cmp.Or(d.Data, "no date"))
	if d.Stale {
		said += ", which is old: canopy data update --from FILE"
	}
	g.Above, g.Below = []string{said}, d.Unseen
	return g
}

// worst lists the nodes as people want them: those of the plan in its order, then by how much is overdue and due.
func (d *Nodes) worst() []*Node {
	place := map[string]int{}
	for i := range d.Plan {
		for _, o := range append(slices.Clone(d.Plan[i].Nodes), d.Plan[i].Object) {
			if o.Kind == "Node" && place[o.Name] == 0 {
				place[o.Name] = i + 1
			}
		}
	}
	list := make([]*Node, len(d.Nodes))
	for i := range d.Nodes {
		list[i] = &d.Nodes[i]
	}
	rank := func(n *Node) int { return cmp.Or(place[n.Ref.Name], len(d.Plan)+1) }
	slices.SortStableFunc(list, func(a, b *Node) int {
		x, y := a.topics(), b.topics()
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(y[node.Overdue]), len(x[node.Overdue])), cmp.Compare(len(y[node.Due]), len(x[node.Due])))
	})
	return list
}

// topics names what stands in each state.
func (n *Node) topics() map[node.State][]string {
	topics := map[node.State][]string{}
	for _, v := range n.Verdicts {
		topics[v.State] = append(topics[v.State], string(v.Topic))
	}
	return topics
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

func (n *Node) remark() string {
	switch {
	case !n.Ready && n.Cordoned:
		return " (" + n.unready() + ", cordoned)"
	case !n.Ready:
		return " (" + n.unready() + ")"
	case n.Cordoned:
		return " (cordoned)"
	}
	return ""
}

// unready tells a node that is not ready from one of which nobody knows.
func (n *Node) unready() string {
	if slices.Contains(n.topics()[node.NoData], string(node.Ready)) {
		return "readiness not known"
	}
	return "not ready"
}

func listed(words []string) string { return cmp.Or(strings.Join(words, ", "), "-") }

// stateWord writes a state for people: "no data", as elsewhere.
func stateWord(s node.State) string { return strings.ReplaceAll(string(s), "-", " ") }

// verdictGrid tells what is not in order, of the control plane and of every node; all of it where it is to be wide.
func (d *Nodes) verdictGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"ON", "TOPIC", "STATE", "SOURCE", "DATE", "DETAIL"}, Fold: style.Width > 0 && !style.Wide}
	add := func(on string, list []node.Verdict) {
		for _, v := range list {
			if style.Wide || v.State == node.Due || v.State == node.Overdue {
				g.Add(on, string(v.Topic), stateWord(v.State), cmp.Or(v.Source, "-"), cmp.Or(v.Date, "-"), v.Detail)
			}
		}
	}
	add("control plane", d.ControlPlane.Verdicts)
	for i := range d.Nodes {
		add(d.Nodes[i].Ref.Name, d.Nodes[i].Verdicts)
	}
	if len(g.Rows) == 0 {
		g.Above = []string{"nothing is due; what is not known stands under NO DATA"}
	}
	return g
}
