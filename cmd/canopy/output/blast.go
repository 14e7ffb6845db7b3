package output

import (
	"io"
	"slices"
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
)

// Blast is what canopy blast prints: what somebody who holds a node can come to reach, do, read and become.
type Blast struct {
	From PathNode `json:"from"`
	// Admin tells that it comes to hold all of the cluster; then the rest says what it reaches without that.
	Admin bool `json:"admin"`
	// Identity is the one that it begins with; nil where it has none. Verbs counts the permissions of it.
	Identity *model.Subject `json:"identity"`
	Verbs    int            `json:"verbs"`
	Secrets  []model.Ref    `json:"secrets"`
	Pods     []model.Ref    `json:"pods"`
	Nodes    []model.Ref    `json:"nodes"`
	// Identities, Namespaces and Clouds are what it can become, and hold whole.
	Identities []PathNode `json:"identities"`
	Namespaces []PathNode `json:"namespaces"`
	Clouds     []PathNode `json:"clouds"`
	// Begins lists the workloads and accounts of a namespace, with which its blast radius begins.
	Begins []PathNode `json:"begins"`
	// Network lists the workloads that policies let it talk to beyond that, Escapes the ways of a pod that it holds to its node, Impact
	// what it can do that leads to no node.
	Network []ReachedNode `json:"network"`
	Escapes []Hop         `json:"escapes"`
	Impact  []Hop         `json:"impact"`
	// Paths counts the goals that it reaches, Goals has the cheapest path to each.
	Paths int    `json:"paths"`
	Goals []Path `json:"goals"`
	// Reached has everything that it reaches, with what it takes to get there.
	Reached []ReachedNode `json:"reached"`
	// Sources counts the sources of paths from which it can be reached itself.
	Sources int `json:"sources"`
	// LeftOut counts what is in other namespaces than those that were asked for.
	LeftOut int        `json:"leftOut"`
	Unknown string     `json:"unknown"`
	Unseen  []string   `json:"unseen"`
	Edges   []PathEdge `json:"edges"`

	groups []blastGroup
}

// ReachedNode is a node that can be reached.
type ReachedNode struct {
	PathNode
	Cost       int    `json:"cost"`
	Hops       int    `json:"hops"`
	Confidence string `json:"confidence"`
}

// blastGroup is what people see together.
type blastGroup struct {
	// verb says what is done with them, one and many are what they are.
	verb, one, many string
	nodes           []ReachedNode
}

// NewBlast makes what is shown of an answer, limited to namespaces where some are given. Where is nil for a source that was not read from
// files.
func NewBlast(a *attack.Blast, namespaces []string, catalogue []*model.Edge, where model.Locator) *Blast {
	d := &Blast{
		From: NewPathNode(a.From), Admin: a.Admin, Verbs: a.Verbs, Escapes: []Hop{}, Impact: newHops(a.Impact, where), Paths: a.Paths,
		Goals: newPathList(a.Goals, where), Reached: []ReachedNode{}, Sources: a.Sources, Unknown: a.Unknown, Unseen: []string{}, Begins: []PathNode{},
	}
	for _, n := range a.Begins {
		d.Begins = append(d.Begins, NewPathNode(n))
	}
	if !a.Identity.IsZero() {
		d.Identity = &a.Identity
	}
	for i := range a.Escapes {
		if d.shows(namespaces, a.Escapes[i].From) {
			d.Escapes = append(d.Escapes, newHop(&a.Escapes[i], where))
		}
	}
	group := func(verb, one, many string, list []attack.Reached) []ReachedNode {
		out := []ReachedNode{}
		for i := range list {
			if n := &list[i]; d.shows(namespaces, n.Node) {
				out = append(out, ReachedNode{NewPathNode(n.Node), n.Cost, n.Hops, n.Confidence.String()})
			}
		}
		d.groups = append(d.groups, blastGroup{verb, one, many, out})
		return out
	}
	d.Identities = plainNodes(group("becomes", "identity", "identities", a.Identities))
	pods, nodes := group("gets into", "workload", "workloads", a.Workloads), group("takes", "node", "nodes", a.Nodes)
	secrets := group("reads", "Secret", "Secrets", a.Secrets)
	d.Pods, d.Nodes, d.Secrets = refsOf(pods), refsOf(nodes), refsOf(secrets)
	d.Namespaces = plainNodes(group("holds", "namespace", "namespaces", a.Namespaces))
	d.Clouds = plainNodes(group("becomes in the cloud", "cloud identity", "cloud identities", a.Clouds))
	for i := range d.groups {
		d.Reached = append(d.Reached, d.groups[i].nodes...)
	}
	slices.SortStableFunc(d.Reached, func(x, y ReachedNode) int { return strings.Compare(x.ID, y.ID) })
	d.Network = group("talks to", "listener by the network", "listeners by the network", a.Network)
	lists := [][]Hop{d.Escapes, d.Impact}
	for i := range d.Goals {
		lists = append(lists, d.Goals[i].Hops)
	}
	d.Edges = edgesOf(catalogue, lists...)
	return d
}

// shows tells whether a node is among what is shown, and counts those that are not. What is in no namespace is always shown: it is what
// the thing that was asked about leads to.
func (d *Blast) shows(namespaces []string, n attack.Node) bool {
	if len(namespaces) == 0 || n.Ref.Namespace == "" || slices.Contains(namespaces, n.Ref.Namespace) {
		return true
	}
	d.LeftOut++
	return false
}

func refsOf(list []ReachedNode) []model.Ref {
	out := make([]model.Ref, 0, len(list))
	for i := range list {
		if list[i].Ref != nil {
			out = append(out, *list[i].Ref)
		}
	}
	return out
}

func plainNodes(list []ReachedNode) []PathNode {
	out := make([]PathNode, len(list))
	for i := range list {
		out[i] = list[i].PathNode
	}
	return out
}

// Write writes it in one of PathFormats.
func (d *Blast) Write(w io.Writer, format Format, style Style) error {
	style.Wide = format == Wide
	switch format {
	case JSON:
		return WriteJSON(w, d)
	case YAML:
		return WriteYAML(w, d)
	case CSV:
		return writeRowsCSV(w, append([][]string{{"what", "id", "type", "cost", "hops", "confidence"}}, d.rows()...))
	case Markdown:
		return d.writeMarkdown(w, style)
	case Dot:
		return writePathsDot(w, style, d.headline(), d.Goals, nil)
	}
	return d.writeTable(w, style)
}
