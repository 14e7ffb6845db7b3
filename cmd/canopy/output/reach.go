package output

import (
	"encoding/json"
	"io"
	"iter"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// Dot is the language of Graphviz.
const Dot Format = "dot"

// ReachFormats lists the formats of who can talk to whom.
func ReachFormats() []Format { return append(Common(), Dot, CSV, Markdown) }

// Reach is what canopy reach prints. There may be more entries than memory should hold, so they are never gathered.
type Reach struct {
	Level       network.Level
	Enforcement network.Enforcement
	// Entries gives the same entries each time: some formats go through them twice.
	Entries iter.Seq[network.Entry]
	// Outside tells that it was asked what can be reached from the internet.
	Outside bool
	// Denied tells that what is denied is among them.
	Denied bool
	// Ports are the connections that were asked about; nil is all.
	Ports *port.Set
	// Explanations say of a pair that was named what decides; Unexplained counts further pairs. Only people get them.
	Explanations []*network.Explanation
	Unexplained  int
}

// Write writes it in one of ReachFormats.
func (r *Reach) Write(w io.Writer, format Format, style Style) error {
	switch format {
	case JSON:
		return r.writeJSON(w)
	case YAML:
		return r.writeYAML(w)
	case Dot:
		return r.writeDot(w, style)
	case CSV:
		return r.writeCSV(w)
	case Markdown:
		return r.writeMarkdown(w, style)
	}
	style.Wide = format == Wide
	if err := r.writeTable(w, style); err != nil {
		return err
	}
	return r.writeExplanations(w, style)
}

// ReachEntry is a network.Entry as machines read it.
type ReachEntry struct {
	Src ReachEnd `json:"src"`
	Dst ReachEnd `json:"dst"`
	// Class tells which replicas are meant where a policy tells those of a workload apart: those of the destination, or of
	// the source where only that has some. SrcClass and DstClass say of which end.
	Class       string       `json:"class,omitempty"`
	SrcClass    string       `json:"srcClass,omitempty"`
	DstClass    string       `json:"dstClass,omitempty"`
	Verdict     string       `json:"verdict"`
	Connections []Connection `json:"connections"`
	Because     []Because    `json:"because"`
	Assumption  string       `json:"assumption,omitempty"`
	Via         *model.Ref   `json:"via,omitempty"`
	Pairs       *ReachPairs  `json:"pairs,omitempty"`
}

// ReachEnd is one end of an entry: an object, a range of addresses, or something outside that is only assumed.
type ReachEnd struct{ network.End }

// MarshalJSON writes a reference, {"cidr":"0.0.0.0/0"} or {"external":"ingress-controller"}.
func (e ReachEnd) MarshalJSON() ([]byte, error) {
	switch {
	case !e.Ref.IsZero():
		return json.Marshal(e.Ref)
	case e.Block.IsValid():
		return json.Marshal(struct {
			CIDR string `json:"cidr"`
			Name string `json:"name,omitempty"`
		}{e.Block.String(), e.Name})
	}
	return json.Marshal(struct {
		External string `json:"external"`
	}{e.Name})
}

// Connection is the ports of one protocol; * is all of them, and for both fields everything.
type Connection struct {
	Protocol string `json:"protocol"`
	Ports    string `json:"ports"`
}

// Because is one thing that decided.
type Because struct {
	// Object is the policy; nil where none had a say.
	Object    *model.Ref `json:"object"`
	Tier      string     `json:"tier"`
	Direction string     `json:"direction"`
	// Rule is its place in the list of rules; -1 for the policy as a whole.
	Rule int    `json:"rule"`
	Note string `json:"note"`
}

// ReachPairs counts pairs of pods between two namespaces. Those that depend on something, and those that were not
// evaluated, are not among the allowed.
type ReachPairs struct {
	Allowed int `json:"allowed"`
	Depends int `json:"depends"`
	Unknown int `json:"unknown"`
	Total   int `json:"total"`
}

// entry makes what machines read of an entry.
func (r *Reach) entry(e *network.Entry) ReachEntry {
	out := ReachEntry{
		Src: ReachEnd{e.Src}, Dst: ReachEnd{e.Dst}, Class: e.Dst.Class, SrcClass: e.Src.Class, DstClass: e.Dst.Class,
		Verdict: e.Verdict.String(), Connections: connections(e.Connections), Because: make([]Because, len(e.Because)),
		Assumption: e.Assumption,
	}
	if out.Class == "" {
		out.Class = e.Src.Class
	}
	for i := range e.Because {
		out.Because[i] = because(&e.Because[i])
	}
	if !e.Via.IsZero() {
		out.Via = &e.Via
	}
	if r.Level == network.Namespaces {
		out.Pairs = &ReachPairs{e.Pairs.Allowed, e.Pairs.Depends, e.Pairs.Unknown, e.Pairs.Total}
	}
	return out
}

func because(r *network.Reason) Because {
	b := Because{Tier: r.Tier.String(), Direction: r.Direction.String(), Rule: r.Rule, Note: r.Note}
	if !r.Object.IsZero() {
		b.Object = &r.Object
	}
	if r.Tier == policy.Default {
		b.Rule = wholePolicy
	}
	return b
}

// wholePolicy is the place of a rule where it is none.
const wholePolicy = -1

// connections lists ports by protocol; never nil, so that no reader meets null.
func connections(s port.Set) []Connection {
	if s.Full() {
		return []Connection{{"*", "*"}}
	}
	list := []Connection{}
	for _, p := range port.Protocols() {
		if words := s.Words(p); words != "" {
			list = append(list, Connection{p.String(), words})
		}
	}
	return list
}
