package output

import (
	"cmp"
	"fmt"
	"io"
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
	// Plan is what to patch, in order, to come to Target; Blockers are what keeps the control plane from Next.
	Plan     []upgrade.Step    `json:"plan"`
	Target   string            `json:"target"`
	Next     string            `json:"next,omitempty"`
	Blockers []upgrade.Blocker `json:"blockers"`
	// Unknown says what the plan could not tell.
	Unknown []string `json:"unknown"`
	// Data is the date of the tables that verdicts rest on, Stale that it is old.
	Data  string `json:"data"`
	Stale bool   `json:"stale,omitempty"`
	// Unseen says what was not seen that counts here.
	Unseen []string `json:"unseen"`
}

// Node is one node.
type Node struct {
	Ref      model.Ref      `json:"ref"`
	Kubelet  string         `json:"kubelet"`
	Proxy    string         `json:"kubeProxy,omitempty"`
	Runtime  string         `json:"runtime"`
	OS       string         `json:"os"`
	Kernel   string         `json:"kernel"`
	Arch     string         `json:"arch,omitempty"`
	Provider string         `json:"provider,omitempty"`
	Pool     string         `json:"pool,omitempty"`
	Roles    []string       `json:"roles"`
	Ready    bool           `json:"ready"`
	Cordoned bool           `json:"cordoned,omitempty"`
	Age      string         `json:"age"`
	Pods     NodePods       `json:"pods"`
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

// NewNode makes what is shown of a node at a moment, with what runs on it.
func NewNode(n *node.Node, residents []upgrade.Resident, now time.Time) Node {
	out := Node{
		Ref: n.Ref, Kubelet: n.Kubelet, Proxy: n.Proxy, Runtime: n.Runtime, OS: n.OS, Kernel: n.Kernel, Arch: n.Arch, Provider: n.Provider, Pool: n.Pool,
		Roles: some(n.Roles), Ready: n.Ready, Cordoned: n.Cordoned, Age: days(n.Created, now), Verdicts: append([]node.Verdict{}, n.Verdicts...), Findings: some(n.Findings),
		Pods: NodePods{Worst: []NodeOwner{}},
	}
	p := &out.Pods
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

// Write writes nodes, their verdicts and the plan for people.
func (d *Nodes) Write(w io.Writer, style Style) error {
	for i, g := range []*Grid{d.nodeGrid(style), d.verdictGrid(style), d.planGrid(style)} {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := g.Write(w, style); err != nil {
			return err
		}
	}
	return nil
}

func (d *Nodes) nodeGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"NODE", "KUBELET", "RUNTIME", "OS", "PODS", "EXPOSED", "POWERFUL", "PRIVILEGED", "OVERDUE", "DUE", "NO DATA"}}
	if style.Wide {
		g.Titles = append(g.Titles, "KERNEL", "KUBE-PROXY", "POOL", "AGE", "FINDINGS")
	}
	overdue := 0
	for i := range d.Nodes {
		n := &d.Nodes[i]
		topics := map[node.State][]string{}
		for _, v := range n.Verdicts {
			topics[v.State] = append(topics[v.State], string(v.Topic))
		}
		if len(topics[node.Overdue]) > 0 {
			overdue++
		}
		p := &n.Pods
		row := []string{
			n.Ref.Name + n.remark(), n.Kubelet, n.Runtime, n.OS, strconv.Itoa(p.All), strconv.Itoa(p.Exposed), strconv.Itoa(p.Powerful), strconv.Itoa(p.Privileged),
			listed(topics[node.Overdue]), listed(topics[node.Due]), listed(topics[node.NoData]),
		}
		if style.Wide {
			row = append(row, n.Kernel, cmp.Or(n.Proxy, "-"), cmp.Or(n.Pool, "-"), cmp.Or(n.Age, "-"), listed(ruleIDs(n.Findings)))
		}
		g.Add(row...)
	}
	said := fmt.Sprintf("%d nodes, %d with something overdue; tables of versions as of %s", len(d.Nodes), overdue, cmp.Or(d.Data, "no date"))
	if d.Stale {
		said += ", which is old: canopy data update --from FILE|URL"
	}
	g.Above, g.Below = []string{said}, d.Unseen
	return g
}

func (n *Node) remark() string {
	switch {
	case !n.Ready && n.Cordoned:
		return " (not ready, cordoned)"
	case !n.Ready:
		return " (not ready)"
	case n.Cordoned:
		return " (cordoned)"
	}
	return ""
}

func listed(words []string) string { return cmp.Or(strings.Join(words, " "), "-") }

// verdictGrid tells what is not in order, of the control plane and of every node; all of it where it is to be wide.
func (d *Nodes) verdictGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"ON", "TOPIC", "STATE", "SOURCE", "DATE", "DETAIL"}, Fold: style.Width > 0 && !style.Wide}
	add := func(on string, list []node.Verdict) {
		for _, v := range list {
			if style.Wide || v.State == node.Due || v.State == node.Overdue {
				g.Add(on, string(v.Topic), string(v.State), cmp.Or(v.Source, "-"), cmp.Or(v.Date, "-"), v.Detail)
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

func (d *Nodes) planGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"STEP", "WHAT", "OBJECT", "FROM", "TO", "DRAIN", "WHY"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Plan {
		s := &d.Plan[i]
		drain := "-"
		switch blocked, lost := inTheWay(s.Obstacles); {
		case !s.Drains:
		case s.Safe:
			drain = "safe"
		case blocked > 0:
			drain = fmt.Sprintf("blocked by %d", blocked)
		default:
			drain = fmt.Sprintf("%d to look at", lost)
		}
		g.Add(strconv.Itoa(i+1), s.What, s.Object.String(), cmp.Or(s.From, "-"), cmp.Or(s.To, "-"), drain, s.Why)
	}
	g.Above = []string{fmt.Sprintf("plan: %d steps to %s; -o json has the commands", len(d.Plan), cmp.Or(d.Target, "a version that is not known"))}
	if len(d.Plan) == 0 {
		g.Above[0] = "plan: nothing to do that is known"
	}
	for _, b := range d.Blockers {
		g.Below = append(g.Below, "before "+d.Next+": "+b.Object.String()+": "+b.Says)
	}
	for _, u := range d.Unknown {
		g.Below = append(g.Below, "not known: "+u)
	}
	return g
}

// inTheWay counts what blocks a drain, and what does not.
func inTheWay(obstacles []upgrade.Obstacle) (blocks, others int) {
	for i := range obstacles {
		if obstacles[i].Blocks {
			blocks++
		} else {
			others++
		}
	}
	return blocks, others
}
