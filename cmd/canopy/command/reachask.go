package command

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// flows is what answers who can talk to whom. It may be asked on the writer alone, while a survey lasts.
type flows struct {
	cluster *cluster.Cluster
	state   func() network.Surroundings
	// entries is what policies say of pods and of addresses outside, ways what leads in from outside.
	entries, ways func(network.Question) iter.Seq[network.Entry]
	explain       func(src, dst network.End) (*network.Explanation, error)
	// pods are those of an owner, in those of a namespace; stand-ins of pods that are to come are among them.
	pods func(owner model.Ref) iter.Seq[*record.Pod]
	in   func(namespace string) iter.Seq[*record.Pod]
	// names are the namespaces.
	names     func() []string
	landmarks func() []network.Landmark
}

// everyone goes through all pods.
func (f *flows) everyone() iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for _, name := range f.names() {
			for p := range f.in(name) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// survey calls f on the writer, with what answers.
type survey func(ctx context.Context, f func(*flows)) error

// survey is the survey of a session.
func (s *session) survey(ctx context.Context, f func(*flows)) error {
	done := false
	return s.ask(ctx,
		func(ctx context.Context) error {
			return s.engine.AskNetwork(ctx, func(c *cluster.Cluster, net *network.Analyser, ways *exposure.Analyser) {
				f(&flows{
					cluster: c, state: net.State,
					entries: func(q network.Question) iter.Seq[network.Entry] { return net.Entries(c, q) },
					ways:    func(q network.Question) iter.Seq[network.Entry] { return slices.Values(ways.Entries(c, net, q)) },
					explain: func(src, dst network.End) (*network.Explanation, error) { return net.Explain(c, src, dst) },
					pods:    func(owner model.Ref) iter.Seq[*record.Pod] { return net.PodsOf(c, owner) },
					in:      net.PodsIn, names: net.Names, landmarks: func() []network.Landmark { return net.Landmarks(c) },
				})
				done = true
			})
		},
		func() bool { return done })
}

// all gives what is said about each pair of ends that was asked about: first what policies say, then the ways in. Where the internet was
// asked for these come first: what policies let in from any address gets to no pod by itself.
func (f *flows) all(a *asked) iter.Seq[network.Entry] {
	declared, ways := f.declared(a), f.waysIn(a)
	if a.internet {
		declared, ways = ways, declared
	}
	return func(yield func(network.Entry) bool) {
		for e := range declared {
			if !yield(e) {
				return
			}
		}
		ways(yield)
	}
}

// declared gives what policies say.
func (f *flows) declared(a *asked) iter.Seq[network.Entry] {
	return func(yield func(network.Entry) bool) {
		for _, from := range a.from {
			for _, to := range a.to {
				if from.Name != "" {
					// No policy knows what is only assumed.
					continue
				}
				for e := range f.entries(a.question(from, to)) {
					if to.Name != "" && e.Dst.Block == to.Block {
						e.Dst.Name = to.Name
					}
					if !yield(e) {
						return
					}
				}
			}
		}
	}
}

// waysIn gives what leads in. From the internet is from every address, and from what is only assumed to be outside.
func (f *flows) waysIn(a *asked) iter.Seq[network.Entry] {
	return func(yield func(network.Entry) bool) {
		from := a.from[0]
		if a.internet {
			from = network.End{}
		}
		for e := range f.ways(a.question(from, a.to[0])) {
			if (!a.internet || e.Src.Ref.IsZero()) && !yield(e) {
				return
			}
		}
	}
}

// until ends with the context.
func until(ctx context.Context, entries iter.Seq[network.Entry]) iter.Seq[network.Entry] {
	return func(yield func(network.Entry) bool) {
		n := 0
		for e := range entries {
			if n++; n%1024 == 0 && ctx.Err() != nil || !yield(e) {
				return
			}
		}
	}
}

// surroundings says what weakens every verdict.
func surroundings(s network.Surroundings) []string {
	var told []string
	switch s.Enforcement {
	case network.None:
		told = append(told, fmt.Sprintf("%s does not enforce network policies: %s", pluginName(s.Plugin), s.Why))
	case network.Unverified:
		told = append(told, fmt.Sprintf("verdicts are as declared, and whether the network plug-in enforces them is not known: %s", s.Why))
	}
	if len(s.Foreign) > 0 {
		names := make([]string, len(s.Foreign))
		for i := range s.Foreign {
			names[i] = output.Word(s.Foreign[i].Ref.String())
		}
		told = append(told, fmt.Sprintf("not evaluated: %s of a kind that only its plug-in understands: %s", output.Numbered(len(names), "object"), few(names)))
	}
	return told
}

func pluginName(name string) string {
	if name == "" {
		return "the network plug-in"
	}
	return output.Word(name)
}
