package minimal

import (
	"net/netip"
	"slices"
	"strings"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// Flow is a set of connections that have to stay possible.
type Flow struct {
	// Where says where it is written: line 3, or flows[2]. It is "" for a flow that nobody wrote.
	Where    string
	Src, Dst End
	Ports    Ports
}

// String writes a flow as a line of a file.
func (f *Flow) String() string { return f.Src.String() + " " + f.Dst.String() + " " + f.Ports.String() }

// Words for ends that are no object.
const (
	// Internet is every address outside.
	Internet = "internet"
	// APIServer is the API server, by the addresses at which pods reach it.
	APIServer = "apiserver"
)

// End is one end of a flow as it is written: a workload, a namespace, addresses, or a word. It is comparable.
type End struct {
	// Namespace, Kind and Name are those of a workload or of a pod; Kind is "" where it was left out. A namespace has the kind
	// Namespace and a Name.
	Namespace, Kind, Name string
	// Block is a range of addresses outside.
	Block netip.Prefix
	// Word is Internet or APIServer.
	Word string
}

// Of gives the end that an object is: a workload, a pod or a namespace.
func Of(ref model.Ref) End { return End{Namespace: ref.Namespace, Kind: ref.Kind, Name: ref.Name} }

// Blocked gives the end that a range of addresses is.
func Blocked(p netip.Prefix) End { return End{Block: p.Masked()} }

// Word gives an end by its word.
func Word(word string) End { return End{Word: word} }

// String writes an end as Read reads it.
func (e End) String() string {
	switch {
	case e.Word != "":
		return e.Word
	case e.Block.IsValid():
		return "cidr:" + e.Block.String()
	case e.Kind == namespaceKind:
		return namespaceKind + "/" + e.Name
	case e.Kind == "":
		return e.Namespace + "/" + e.Name
	}
	return e.Namespace + "/" + e.Kind + "/" + e.Name
}

const namespaceKind = "Namespace"

// Ports are ports of the destination's pods, by number and by the names that containers give them.
type Ports struct {
	port.Set
	Names []policy.NamedPort
}

// Numbered gives ports by number.
func Numbered(s port.Set) Ports { return Ports{Set: s} }

// String writes ports as Read reads them.
func (p Ports) String() string {
	if p.Full() && len(p.Names) == 0 {
		return "*"
	}
	var words []string
	for _, protocol := range port.Protocols() {
		if w := p.Words(protocol); w != "" {
			for _, part := range strings.Split(w, ",") {
				words = append(words, part+"/"+protocol.String())
			}
		}
	}
	for _, n := range p.Names {
		if n.Any {
			words = append(words, n.Name)
		} else {
			words = append(words, n.Name+"/"+n.Protocol.String())
		}
	}
	return strings.Join(words, ",")
}

// Fault is one thing that is wrong with the flows.
type Fault struct{ Where, Text string }

// Faults are all that is wrong with the flows, in the order in which they are written.
type Faults []Fault

// Error lists all of them.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		if lines[i] = f[i].Text; f[i].Where != "" {
			lines[i] = f[i].Where + ": " + f[i].Text
		}
	}
	return strings.Join(lines, "\n")
}

func (f *Faults) add(where, text string) {
	if !slices.Contains(*f, Fault{where, text}) {
		*f = append(*f, Fault{where, text})
	}
}

// err gives nil where nothing is wrong.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
