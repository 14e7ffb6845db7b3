package network

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// plain is a cluster in plain data: it answers what the matrix asks.
type plain struct {
	digest uint64
	names  []string
	state  network.Surroundings
	// cells holds the pairs that are not the usual ones, outer those with what is outside, in the ways in.
	cells map[pair]network.Pairs
	outer map[string]network.Pairs
	in    map[string]ways
	// onPorts holds those that count where ports are asked for.
	onPorts map[pair]network.Pairs
	tallies map[string]tally
	entries []network.Entry
	calls   int
	asked   int
	most    int
}

func (p *plain) asker() asker {
	return func(ctx context.Context, f func(a answers)) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.calls++
		before := p.asked
		f(p)
		p.most = max(p.most, p.asked-before)
		return nil
	}
}

func (p *plain) Digest() uint64              { return p.digest }
func (p *plain) State() network.Surroundings { return p.state }
func (p *plain) Names() []string             { return slices.Clone(p.names) }
func (p *plain) Policies() int               { return 42 }

func (p *plain) Cell(src, dst string, ports *port.Set) network.Pairs {
	p.asked++
	if ports != nil {
		return p.onPorts[pair{src, dst}]
	}
	if c, ok := p.cells[pair{src, dst}]; ok {
		return c
	}
	if src == dst {
		return network.Pairs{Allowed: 6, Total: 6}
	}
	return network.Pairs{Total: 9}
}

func (p *plain) Outside(namespace string, _ policy.Direction, _ *port.Set) network.Pairs {
	p.asked++
	if c, ok := p.outer[namespace]; ok {
		return c
	}
	return network.Pairs{Total: 3}
}

func (p *plain) Ways(namespace string, _ *port.Set) ways {
	p.asked++
	return p.in[namespace]
}

func (p *plain) Totals(namespace string) tally {
	p.asked++
	return p.tallies[namespace]
}

func (p *plain) Entries(q network.Question) iter.Seq[network.Entry] {
	return func(yield func(network.Entry) bool) {
		for _, e := range p.entries {
			if q.From.Ref.Kind == "Namespace" && e.Src.Ref.Namespace != q.From.Ref.Name || q.To.Ref.Kind == "Namespace" && e.Dst.Ref.Namespace != q.To.Ref.Name || q.To.Block.IsValid() {
				continue
			}
			if e.Verdict == network.Deny && !q.Denied {
				continue
			}
			if !yield(e) {
				return
			}
		}
	}
}

func (p *plain) Explain(src, dst network.End) (*network.Explanation, error) {
	return &network.Explanation{Src: src, Dst: dst, Ingress: network.Side{Isolated: true, Misses: []network.Miss{{
		Reason:  network.Reason{Object: model.Ref{Group: model.GroupNetwork, Version: "v1", Kind: "NetworkPolicy", Namespace: dst.Ref.Namespace, Name: "allow-web"}, Tier: policy.Network, Rule: 0},
		Missing: []string{"label tier=job does not match tier in (api,web)"}, Connections: port.Of(port.TCP, 5432, 5432),
	}}}}, nil
}

func (p *plain) EntriesIn(network.End, *port.Set) []network.Entry { return nil }
func (p *plain) Landmarks() []network.Landmark                    { return nil }
func (p *plain) WaysInto(string) []way                            { return nil }
func (p *plain) Isolation(*record.Pod) network.Isolation          { return network.Isolation{} }
func (p *plain) AllPolicies() []*policy.Policy                    { return nil }
func (p *plain) Selected(model.Ref) int                           { return 0 }
func (p *plain) Effects(model.Ref) []network.Effect               { return nil }

// small is the cluster of the drawing.
func small() *plain {
	p := &plain{digest: 1, names: []string{"data", "db", "dev", "kube-system", "mon", "ops", "shop", "test"}, cells: map[pair]network.Pairs{}, outer: map[string]network.Pairs{}, in: map[string]ways{}, tallies: map[string]tally{}}
	for _, n := range p.names {
		p.cells[pair{"ops", n}] = network.Pairs{Allowed: 9, Total: 9}
		p.tallies[n] = tally{in: 1, out: 0}
	}
	p.cells[pair{"shop", "db"}] = network.Pairs{Allowed: 2, Depends: 1, Total: 8}
	p.cells[pair{"dev", "db"}] = network.Pairs{Unknown: 2, Total: 8}
	p.cells[pair{"dev", "mon"}] = network.Pairs{Depends: 2, Total: 8}
	p.cells[pair{"test", "test"}] = network.Pairs{}
	p.onPorts = map[pair]network.Pairs{{"shop", "db"}: {Allowed: 8, Total: 8}, {"ops", "db"}: {Total: 8}}
	p.in["shop"], p.in["ops"] = ways{open: 2, closed: 1}, ways{depends: 1}
	p.outer["shop"], p.outer["ops"] = network.Pairs{Allowed: 3, Total: 3}, network.Pairs{Allowed: 1, Total: 3}
	p.tallies["ops"] = tally{in: 0, out: 7}
	workload := func(namespace, name string) network.End {
		return network.End{Ref: model.KindByName("Deployment").Ref(namespace, name)}
	}
	allow := network.Reason{Object: model.Ref{Group: model.GroupNetwork, Version: "v1", Kind: "NetworkPolicy", Namespace: "db", Name: "allow-web"}, Tier: policy.Network, Rule: 0}
	p.entries = []network.Entry{
		{Src: workload("shop", "api"), Dst: workload("db", "postgres"), Verdict: network.Allow, Connections: port.Of(port.TCP, 5432, 5432), Because: []network.Reason{allow}},
		{Src: workload("shop", "job"), Dst: workload("db", "postgres"), Verdict: network.Deny, Connections: port.All(), Because: []network.Reason{{Object: allow.Object, Tier: policy.Network, Rule: -1}}},
		{Src: workload("shop", "web"), Dst: workload("db", "postgres"), Verdict: network.Allow, Connections: port.Of(port.TCP, 5432, 5432), Because: []network.Reason{allow}},
	}
	return p
}

// large has so many namespaces, each of which reaches the next.
func large(n int) *plain {
	p := &plain{digest: 1, cells: map[pair]network.Pairs{}, tallies: map[string]tally{}}
	for i := range n {
		p.names = append(p.names, fmt.Sprintf("team-%05d", i))
	}
	for i := range n {
		next := p.names[(i+1)%n]
		p.cells[pair{p.names[i], next}] = network.Pairs{Allowed: 1 + i%9, Total: 9}
		p.tallies[p.names[i]] = tally{in: i % 7, out: i % 11}
	}
	return p
}
