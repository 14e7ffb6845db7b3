package output

import (
	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/text"
)

// PathNode is an attack.Node as machines read it.
type PathNode struct {
	ID   string          `json:"id"`
	Type attack.NodeType `json:"type"`
	Ref  *model.Ref      `json:"ref,omitempty"`
}

// NewPathNode makes what is shown of a node.
func NewPathNode(n attack.Node) PathNode {
	out := PathNode{ID: n.ID, Type: n.Type}
	if !n.Ref.IsZero() {
		out.Ref = &n.Ref
	}
	return out
}

// PathNodes does the same for a list; nil where it was not evaluated.
func PathNodes(list []attack.Node, known bool) []PathNode {
	if !known {
		return nil
	}
	out := make([]PathNode, len(list))
	for i := range list {
		out[i] = NewPathNode(list[i])
	}
	return out
}

// Name is the node as the command line takes it, as one word.
func (n *PathNode) Name() string { return Word(n.ID) }

// Hop is one step of a path.
type Hop struct {
	Edge       string    `json:"edge"`
	From       PathNode  `json:"from"`
	To         PathNode  `json:"to"`
	Proof      PathProof `json:"proof"`
	Confidence string    `json:"confidence"`
	// Reason says what a confidence other than proven rests on.
	Reason string `json:"reason,omitempty"`
	Cost   int    `json:"cost"`
	// Cut is the edit that ends the hop; nil where no single one does.
	Cut *HopCut `json:"cut,omitempty"`
}

// HopCut is an edit of one object.
type HopCut struct {
	Object model.Ref `json:"object"`
	Edit   string    `json:"edit"`
}

// PathProof is why a hop is there. Match and Subject are those of a binding, and missing where there is none.
type PathProof struct {
	Summary  string     `json:"summary"`
	Object   *model.Ref `json:"object,omitempty"`
	Match    string     `json:"match,omitempty"`
	Subject  *int       `json:"subject,omitempty"`
	Role     *model.Ref `json:"role,omitempty"`
	Evidence []Evidence `json:"evidence"`
}

func newHop(h *attack.Hop, where model.Locator) Hop {
	out := Hop{
		Edge: h.Edge, From: NewPathNode(h.From), To: NewPathNode(h.To), Confidence: h.Confidence.String(), Reason: h.Reason, Cost: h.Cost,
		Proof: PathProof{Summary: h.Proof.Summary, Match: h.Proof.Match, Evidence: located(h.Proof.Evidence, where)},
	}
	if ref := h.Proof.Object; !ref.IsZero() {
		out.Proof.Object = &ref
	}
	if role := h.Proof.Role; !role.IsZero() {
		out.Proof.Role = &role
	}
	if subject := h.Proof.Subject; h.Proof.Match != "" && subject >= 0 {
		out.Proof.Subject = &subject
	}
	if !h.Cut.Object.IsZero() {
		out.Cut = &HopCut{h.Cut.Object, h.Cut.Edit}
	}
	return out
}

func newHops(list []attack.Hop, where model.Locator) []Hop {
	out := make([]Hop, len(list))
	for i := range list {
		out[i] = newHop(&list[i], where)
	}
	return out
}

// opens says in words what opens the hop.
func (h *Hop) opens() string {
	s := h.Edge
	if h.Proof.Summary != "" {
		s += " " + h.Proof.Summary
	}
	if o := h.Proof.Object; o != nil {
		s += ", " + Word(o.String())
	}
	return s
}

// doubt says what a hop rests on that is not certain; "" for one that is proven.
func (h *Hop) doubt() string {
	if h.Confidence == attack.Proven.String() {
		return ""
	}
	if h.Reason == "" {
		return h.Confidence
	}
	return h.Confidence + ": " + h.Reason
}

// chain is a way in one line: the nodes, and between them the edges where they are asked for.
func chain(hops []Hop, edges bool, c text.Charset) string {
	if len(hops) == 0 {
		return ""
	}
	s := hops[0].From.Name()
	for i := range hops {
		if edges {
			s += arrow(c) + hops[i].Edge
		}
		s += arrow(c) + hops[i].To.Name()
	}
	return s
}

// PathEdge is what the catalogue says of an edge that a hop names.
type PathEdge struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Attack  string   `json:"attack"`
	Defence string   `json:"defence"`
	Remedy  string   `json:"remedy"`
	MITRE   []string `json:"mitre"`
	MS      []string `json:"ms"`
}

// edgesOf gives the edges that hops name, in the order of the catalogue, each once.
func edgesOf(catalogue []*model.Edge, lists ...[]Hop) []PathEdge {
	named := map[string]bool{}
	for _, hops := range lists {
		for i := range hops {
			named[hops[i].Edge] = true
		}
	}
	out := []PathEdge{}
	for _, e := range catalogue {
		if named[e.ID] {
			out = append(out, PathEdge{e.ID, e.Title, e.Attack, e.Defence, e.Remedy, some(e.MITRE), some(e.MS)})
		}
	}
	return out
}
